import Foundation
import PlainText

/// What is wrong with a policy: place, found, expected.
public struct PolicyError: Error, Equatable, CustomStringConvertible {
  public let description: String
}

/// A value of a JSON text (RFC 8259) and where it stands. Foundation's reader tells no places, takes the last of repeated keys
/// and makes numbers of booleans; it is used for what it does well, the escapes in strings.
struct LocatedJSON {
  enum Value {
    case null
    case bool(Bool)
    /// As it is written.
    case number(Double, String)
    case text(String)
    case list([LocatedJSON])
    /// Members in the order of the text, no key twice.
    case object([(key: String, line: Int, value: LocatedJSON)])
  }

  let value: Value
  /// From 1.
  let line: Int

  /// - Throws: line, column, what is there and what was expected.
  init(_ text: String) throws(PolicyError) {
    var parser = JSONParser(text)
    self = try parser.document()
  }

  fileprivate init(_ value: Value, line: Int) { (self.value, self.line) = (value, line) }

  /// As messages show it.
  var shown: String {
    switch value {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .number(_, let text), .text(let text): text.shown
    case .list: "[…]"
    case .object: "{…}"
    }
  }
}

/// Recursive descent over the bytes of a text.
private struct JSONParser {
  private static let deepest = 50
  private let bytes: [UInt8]
  private var at = 0
  private var line = 1
  private var lineStart = 0
  private var depth = 0

  init(_ text: String) {
    bytes = Array(text.utf8)
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { (at, lineStart) = (3, 3) }
  }

  private var next: UInt8? { at < bytes.count ? bytes[at] : nil }

  private func error(_ sentence: String) -> PolicyError {
    let column = String(decoding: bytes[lineStart..<at], as: UTF8.self).count + 1
    return PolicyError(description: "line \(line), column \(column): \(sentence)")
  }

  private func unexpected(_ expected: String) -> PolicyError {
    guard let next else { return error("the text ends where \(expected) was expected; it is no JSON") }
    let character = String(decoding: bytes[at...].prefix(4), as: UTF8.self).first ?? "?"
    let name = next < 32 ? "a control character" : "'\(String(character).shown)'"
    return error("\(name) where \(expected) was expected; it is no JSON")
  }

  private mutating func skipSpace() {
    while let byte = next, " \t\r\n".utf8.contains(byte) {
      at += 1
      // A carriage return alone ends a line, too.
      if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") && next != UInt8(ascii: "\n") {
        (line, lineStart) = (line + 1, at)
      }
    }
  }

  /// Whether a mark follows; if so, it is passed.
  private mutating func take(_ mark: Unicode.Scalar) -> Bool {
    skipSpace()
    guard next == UInt8(ascii: mark) else { return false }
    at += 1
    return true
  }

  mutating func document() throws(PolicyError) -> LocatedJSON {
    let value = try value()
    skipSpace()
    guard next == nil else { throw unexpected("the end") }
    return value
  }

  private mutating func value() throws(PolicyError) -> LocatedJSON {
    skipSpace()
    guard depth < Self.deepest else { throw error("more than \(Self.deepest) values inside each other") }
    depth += 1
    defer { depth -= 1 }
    let start = line
    switch next {
    case UInt8(ascii: "{"): return LocatedJSON(.object(try members()), line: start)
    case UInt8(ascii: "["): return LocatedJSON(.list(try elements()), line: start)
    case UInt8(ascii: "\""): return LocatedJSON(.text(try string()), line: start)
    default: return LocatedJSON(try word(), line: start)
    }
  }

  private mutating func members() throws(PolicyError) -> [(key: String, line: Int, value: LocatedJSON)] {
    at += 1
    var members: [(key: String, line: Int, value: LocatedJSON)] = []
    if take("}") { return members }
    repeat {
      skipSpace()
      guard next == UInt8(ascii: "\"") else { throw unexpected("a key in quotes") }
      let start = (at: at, line: line)
      let key = try string()
      if let earlier = members.first(where: { $0.key == key }) {
        at = start.at
        throw error(
          "key '\(key.shown)' is already in line \(earlier.line); keys of an object differ")
      }
      guard take(":") else { throw unexpected("a colon") }
      members.append((key, start.line, try value()))
    } while take(",")
    guard take("}") else { throw unexpected("a comma or '}'") }
    return members
  }

  private mutating func elements() throws(PolicyError) -> [LocatedJSON] {
    at += 1
    var elements: [LocatedJSON] = []
    if take("]") { return elements }
    repeat { elements.append(try value()) } while take(",")
    guard take("]") else { throw unexpected("a comma or ']'") }
    return elements
  }

  private mutating func string() throws(PolicyError) -> String {
    let start = at
    at += 1
    while let byte = next, byte != UInt8(ascii: "\"") {
      guard byte >= 32 else { throw error("a text is not closed with a quote; it is no JSON") }
      at += byte == UInt8(ascii: "\\") ? 2 : 1
    }
    guard at < bytes.count else {
      at = start
      throw error("a text is not closed with a quote; it is no JSON")
    }
    at += 1
    let token = bytes[start..<at]
    guard token.contains(UInt8(ascii: "\\")) else {
      return String(decoding: token.dropFirst().dropLast(), as: UTF8.self)
    }
    let object = try? JSONSerialization.jsonObject(with: Data(token), options: .fragmentsAllowed)
    guard let text = object as? String else {
      at = start
      throw error("a text has an escape that JSON does not know")
    }
    return text
  }

  /// A number, `true`, `false` or `null`.
  private mutating func word() throws(PolicyError) -> LocatedJSON.Value {
    let word = String(decoding: bytes[at...].prefix { !" \t\r\n,:{}[]\"".utf8.contains($0) }, as: UTF8.self)
    let value: LocatedJSON.Value
    switch word {
    case "true", "false": value = .bool(word == "true")
    case "null": value = .null
    default:
      guard word.wholeMatch(of: /-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?/) != nil,
        let number = Double(word)
      else { throw unexpected("a value") }
      value = .number(number, word)
    }
    at += word.utf8.count
    return value
  }
}
