/// Text in a field of a file for programs, which our readers turn back into the same text: active scalars are written out, and
/// so is a leading `=`, `+`, `-` or `@`, which a spreadsheet takes for the beginning of a formula.
public enum EscapedText {
  /// One line that is harmless in terminals and spreadsheets.
  public static func escaped(_ text: String) -> String {
    let isFormula = text.unicodeScalars.first.map { formulas.contains($0) } ?? false
    guard isFormula || text.contains("\\u{") || text.unicodeScalars.contains(where: \.isActive) else {
      return text
    }
    var result = ""
    var scalars = text.unicodeScalars[...]
    if isFormula, let first = scalars.popFirst() { result += first.writtenOut }
    while let scalar = scalars.popFirst() {
      // A backslash that would read as the beginning of what is written out.
      let isAmbiguous = scalar == "\\" && scalars.starts(with: "u{".unicodeScalars)
      if scalar.isActive || isAmbiguous {
        result += scalar.writtenOut
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// The text that `escaped` has written; what it does not write stays as it is.
  public static func unescaped(_ text: String) -> String {
    guard text.contains("\\u{") else { return text }
    var result = String.UnicodeScalarView()
    var rest = text.unicodeScalars[...]
    while let first = rest.first {
      let written = writtenScalar(rest)
      let isMeant =
        written.map { $0.isActive || $0 == "\\" || (result.isEmpty && formulas.contains($0)) } ?? false
      if let written, isMeant {
        result.append(written)
        rest = rest.dropFirst(written.writtenOut.unicodeScalars.count)
      } else {
        result.append(first)
        rest = rest.dropFirst()
      }
    }
    return String(result)
  }

  private static let formulas = "=+-@".unicodeScalars

  /// The scalar that is written out at the beginning of a text.
  private static func writtenScalar(_ text: Substring.UnicodeScalarView) -> Unicode.Scalar? {
    // `\u{10FFFF}` is the longest.
    guard text.starts(with: "\\u{".unicodeScalars), let end = text.prefix(10).firstIndex(of: "}"),
      let value = UInt32(String(String.UnicodeScalarView(text[..<end].dropFirst(3))), radix: 16),
      let scalar = Unicode.Scalar(value), text.starts(with: scalar.writtenOut.unicodeScalars)
    else { return nil }
    return scalar
  }
}
