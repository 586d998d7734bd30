import PlainText

/// A key and its value in an operator's text.
public struct Attribute: Sendable, Hashable {
  public let key: String
  public let value: String

  public init(_ key: String, _ value: some CustomStringConvertible) {
    self.key = key
    self.value = value.description
  }

  /// `3` or `3x5`.
  public init(_ key: String, _ pair: Pair) {
    self.init(key, pair.description)
  }

  public init(_ key: String, _ flag: Bool) { self.init(key, flag ? 1 : 0) }
}

/// Height and width of a window, stride or padding.
public struct Pair: Sendable, Hashable, CustomStringConvertible {
  public var h: Int
  public var w: Int
  public init(_ h: Int, _ w: Int) { (self.h, self.w) = (h, w) }
  public init(_ both: Int) { self.init(both, both) }
  public var description: String { h == w ? "\(h)" : "\(h)x\(w)" }
}

/// The values of an operator's text while it is read. Every key that a reader asks for becomes known; `finish`
/// complains about the others.
public struct Attributes {
  private let keyword: String
  private var values: [(key: String, value: String)] = []
  private var known: [String] = []
  private var used: Set<String> = []

  /// Largest value of any attribute.
  public static let limit = 1 << 24

  /// - Parameter text: `out=64,k=3`, may be empty.
  public init(_ text: Substring, of keyword: String) throws(OperatorError) {
    self.keyword = keyword
    guard !text.isEmpty else { return }
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard sides.count == 2, !sides[0].isEmpty, !sides[1].isEmpty else {
        throw OperatorError("'\(part.shown)' in \(keyword) is not key=value")
      }
      guard !values.contains(where: { $0.key == sides[0] }) else {
        throw OperatorError("\(keyword) has the key '\(sides[0].shown)' twice")
      }
      values.append((String(sides[0]), String(sides[1])))
    }
  }

  public func has(_ key: String) -> Bool { values.contains { $0.key == key } }

  private mutating func take(_ key: String) -> String? {
    known.append(key)
    used.insert(key)
    return values.first { $0.key == key }?.value
  }

  /// An integer of at least `minimum`; without a default it must be there.
  public mutating func int(_ key: String, default standard: Int? = nil, minimum: Int = 1)
    throws(OperatorError) -> Int
  {
    guard let text = take(key) else {
      if let standard { return standard }
      throw OperatorError("\(keyword) needs \(key)=\(Words.number(minimum))")
    }
    return try number(text, key, minimum)
  }

  private func number(_ text: some StringProtocol, _ key: String, _ minimum: Int) throws(OperatorError) -> Int
  {
    guard let value = Int(text), value >= minimum, value <= Attributes.limit else {
      throw OperatorError(
        "\(key)=\(text.shown) in \(keyword) must be a whole number from \(minimum) to \(Attributes.limit)")
    }
    return value
  }

  /// `3` for both, or `3x5` for height and width.
  public mutating func pair(_ key: String, default standard: Int, minimum: Int = 1) throws(OperatorError)
    -> Pair
  {
    guard let text = take(key) else { return Pair(standard) }
    let parts = text.split(separator: "x", omittingEmptySubsequences: false)
    guard parts.count <= 2 else {
      throw OperatorError(
        "\(key)=\(text.shown) in \(keyword) must be a number such as 3 or a pair such as 3x5")
    }
    return try Pair(number(parts[0], key, minimum), number(parts[parts.count - 1], key, minimum))
  }

  public mutating func flag(_ key: String, default standard: Bool) throws(OperatorError) -> Bool {
    switch take(key) {
    case nil: return standard
    case "0": return false
    case "1": return true
    case let text?: throw OperatorError("\(key)=\(text.shown) in \(keyword) must be 0 or 1")
    }
  }

  public mutating func text(_ key: String, default standard: String) throws(OperatorError) -> String {
    take(key) ?? standard
  }

  /// One of the raw values of an enumeration.
  public mutating func word<T: RawRepresentable & CaseIterable>(
    _ key: String, default standard: T
  ) throws(OperatorError) -> T where T.RawValue == String {
    guard let text = take(key) else { return standard }
    guard let value = T(rawValue: text) else {
      throw OperatorError(
        "\(key)=\(text.shown) in \(keyword) must be one of: \(T.allCases.map(\.rawValue).joined(separator: " "))"
      )
    }
    return value
  }

  /// - Throws: if a key is left that nobody asked for.
  public func finish() throws(OperatorError) {
    guard let stranger = values.first(where: { !used.contains($0.key) }) else { return }
    let list = known.isEmpty ? "\(keyword) has no keys" : "known keys: \(known.joined(separator: " "))"
    let hint = Words.nearest(stranger.key, among: known).map { "; did you mean '\($0)'?" } ?? ""
    throw OperatorError("'\(stranger.key.shown)' is not a key of \(keyword); \(list)\(hint)")
  }
}

public enum Words {
  /// The candidate that is a typing slip away (distance at most a third of the length, at least one) or that begins with
  /// the word.
  public static func nearest(_ word: String, among candidates: some Sequence<String>) -> String? {
    // Nothing that is named here is so long.
    guard word.utf8.count <= 100 else { return nil }
    let ranked = candidates.map { candidate in
      (word.count > 3 && candidate.hasPrefix(word) ? 1 : distance(word, candidate), candidate)
    }.min { $0.0 < $1.0 }
    guard let (distance, best) = ranked, distance <= max(1, max(word.count, best.count) / 3) else {
      return nil
    }
    return best
  }

  /// Letters added, left out, replaced or swapped with their neighbour (optimal string alignment).
  static func distance(_ a: String, _ b: String) -> Int {
    let (a, b) = (Array(a), Array(b))
    var (before, row) = ([Int](), Array(0...b.count))
    for i in a.indices {
      var next = [i + 1]
      for j in b.indices {
        var least = min(row[j] + (a[i] == b[j] ? 0 : 1), row[j + 1] + 1, next[j] + 1)
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { least = min(least, before[j - 1] + 1) }
        next.append(least)
      }
      (before, row) = (row, next)
    }
    return row[b.count]
  }

  static func number(_ minimum: Int) -> String { minimum == 0 ? "NUMBER (0 or more)" : "NUMBER" }
}
