import Operators
import PlainText

/// A line of a suite without its comment: `[name [*COUNT] = ]WORKLOAD`.
struct SuiteLine {
  static let form = "[name [*COUNT] = ]WORKLOAD"
  /// Bytes of a line.
  static let longest = 4096

  private let content: String

  /// - Returns: nil if nothing is left. Whatever white space there is counts as a space.
  init?(_ line: Substring) {
    var content = String.UnicodeScalarView()
    for scalar in line.unicodeScalars {
      if scalar == "#" { break }
      content.append(scalar.properties.isWhitespace ? " " : scalar)
    }
    let trimmed = SuiteLine.trimmed(String(content))
    guard !trimmed.isEmpty else { return nil }
    self.content = trimmed
  }

  func workload() throws(UsageError) -> Workload {
    // A workload's own keys have an equals sign too, but never with spaces around it.
    guard let range = content.firstRange(of: " = ") else { return try nameless() }
    let (name, multiplicity) = try SuiteLine.head(content[..<range.lowerBound])
    let text = SuiteLine.trimmed(content[range.upperBound...])
    return try Workload(text, name: name, multiplicity: multiplicity)
  }

  private func nameless() throws(UsageError) -> Workload {
    do { return try Workload(content) } catch {
      let keyword = content.prefix { $0 != ":" && $0 != "@" }
      guard keyword.contains("=") || content.contains(" ") else { throw error }
      throw UsageError("\(error); a line is \(SuiteLine.form), with spaces around '='")
    }
  }

  /// What stands before the equals sign: a name and, after a space and an asterisk, the number of times the layer occurs.
  private static func head(_ text: Substring) throws(UsageError) -> (name: String, multiplicity: Int) {
    let star =
      text.hasPrefix("*")
      ? text.startIndex : text.firstRange(of: " *").map { text.index(before: $0.upperBound) }
    let name = trimmed(text[..<(star ?? text.endIndex)])
    guard !name.isEmpty else {
      throw UsageError("no name before '\(star == nil ? "=" : "*")'; expected \(form)")
    }
    guard let star else {
      try refuseHiddenCount(name)
      return (name, 1)
    }
    let count = trimmed(text[star...].dropFirst())
    guard count.allSatisfy({ $0.isASCII && $0.isNumber }), let multiplicity = Int(count), multiplicity > 0,
      multiplicity <= Attributes.limit
    else {
      throw UsageError(
        "'\(trimmed(text[star...]).shown)' after the name '\(name.shown)' is not a count; expected * and a positive "
          + "whole number up to \(Attributes.limit), such as *4")
    }
    return (name, multiplicity)
  }

  /// A count that would pass for a part of the name, and the layer for one that occurs once.
  private static func refuseHiddenCount(_ name: String) throws(UsageError) {
    let words = name.split(separator: " ")
    guard let last = words.last else { return }
    var sign = last.firstIndex { asterisks.contains($0) } ?? (last.first == "×" ? last.startIndex : nil)
    var digit = sign.flatMap { last[$0...].dropFirst().first }
    if words.count > 1, let end = words[words.count - 2].last, asterisks.contains(end) {
      (sign, digit) = (words[words.count - 2].indices.last, last.first)
    }
    guard let sign, let digit, digit.isNumber else { return }
    throw UsageError(
      "the name '\(name.shown)' ends like a count; a count has a space and an asterisk before it, such as "
        + "'\(trimmed(name[..<sign]).shown) *4', and a name must not end like one")
  }

  private static let asterisks = "*＊∗"

  private static func trimmed(_ text: some StringProtocol) -> String {
    let head = text.drop { $0 == " " }
    return String(head[..<(head.lastIndex { $0 != " " }.map { head.index(after: $0) } ?? head.startIndex)])
  }
}
