import PlainText
import Tensors

/// The dictionary at the head of an array file: `{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3, 8, 8), }`.
struct NPYHeader {
  private var type: String?
  private var isFortran: Bool?
  private var extents: [Int]?

  init(_ text: String) throws(FormatError) {
    var reader = PythonReader(text)
    try reader.expect("{")
    while !reader.takes("}") {
      let key = try reader.string()
      try reader.expect(":")
      switch key {
      case "descr" where type == nil: type = try reader.type()
      case "fortran_order" where isFortran == nil: isFortran = try reader.boolean()
      case "shape" where extents == nil: extents = try reader.tuple()
      default: throw FormatError("has a header with an unexpected or repeated key '\(key.shown)'")
      }
      if !reader.takes(",") {
        try reader.expect("}")
        break
      }
    }
    guard reader.isAtEnd else { throw FormatError("has a header that continues after its dictionary") }
  }

  /// - Throws: `FormatError` unless it is of `float32` in C order.
  func floatShape() throws(FormatError) -> Shape {
    guard let type, let isFortran, let extents else {
      throw FormatError("has a header without one of: descr fortran_order shape")
    }
    guard type == "<f4" else {
      throw FormatError("holds elements of type '\(type.shown)'; expected '<f4', little-endian float32")
    }
    guard !isFortran || extents.count < 2 else { throw FormatError("is in Fortran order; expected C order") }
    let text = "(\(extents.map(String.init).joined(separator: ", ")))"
    guard extents.count <= 8, extents.allSatisfy({ $0 > 0 }) else {
      throw FormatError("has shape \(text); expected at most 8 extents, each at least 1")
    }
    var count = 1
    for extent in extents {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow, product <= Shape.largestCount else {
        throw FormatError("has shape \(text), more than 2^40 elements")
      }
      count = product
    }
    return Shape(extents)
  }
}

/// Reads the few Python literals that such a header has.
private struct PythonReader {
  private var rest: Substring.UnicodeScalarView

  init(_ text: String) { rest = text[...].unicodeScalars }

  var isAtEnd: Bool {
    mutating get {
      skipSpace()
      return rest.isEmpty
    }
  }

  private mutating func skipSpace() {
    while let next = rest.first, next == " " || next == "\n" || next == "\t" { rest.removeFirst() }
  }

  mutating func takes(_ scalar: Unicode.Scalar) -> Bool {
    skipSpace()
    guard rest.first == scalar else { return false }
    rest.removeFirst()
    return true
  }

  mutating func expect(_ scalar: Unicode.Scalar) throws(FormatError) {
    guard takes(scalar) else {
      let found = rest.first.map { "'\(String($0).shown)'" } ?? "the end"
      throw FormatError("has a header with \(found) where '\(Character(scalar))' is expected")
    }
  }

  /// A string in quotes of either kind, without escapes.
  mutating func string() throws(FormatError) -> String {
    skipSpace()
    guard let quote = rest.first, quote == "'" || quote == "\"" else {
      throw FormatError("has a header without a string where one is expected")
    }
    rest.removeFirst()
    guard let end = rest.firstIndex(of: quote), !rest[..<end].contains("\\") else {
      throw FormatError("has a header with a string that does not end")
    }
    let text = String(rest[..<end])
    rest = rest[rest.index(after: end)...]
    return text
  }

  /// The type of an element; a list stands for a structure.
  mutating func type() throws(FormatError) -> String {
    skipSpace()
    if rest.first == "[" { throw FormatError("holds structures; expected '<f4', little-endian float32") }
    return try string()
  }

  mutating func boolean() throws(FormatError) -> Bool {
    skipSpace()
    for (word, value) in [("True", true), ("False", false)] where rest.starts(with: word.unicodeScalars) {
      rest.removeFirst(word.unicodeScalars.count)
      return value
    }
    throw FormatError("has a header whose fortran_order is neither True nor False")
  }

  /// `()`, `(3,)`, `(1, 3)`; Python 2 wrote `3L`.
  mutating func tuple() throws(FormatError) -> [Int] {
    try expect("(")
    var values: [Int] = []
    while !takes(")") {
      skipSpace()
      let digits = rest.prefix { ("0"..."9").contains($0) }
      guard let value = Int(String(digits)) else {
        throw FormatError("has a header whose shape is not a tuple of whole numbers")
      }
      rest.removeFirst(digits.count)
      if rest.first == "L" { rest.removeFirst() }
      values.append(value)
      guard values.count <= 32 else { throw FormatError("has a shape of more than 32 extents") }
      if !takes(",") {
        try expect(")")
        break
      }
    }
    return values
  }
}
