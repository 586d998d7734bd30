import PlainText

/// A key and its value in an operator's text.
public struct Attribute: Sendable, Hashable {
  /// What stands before the equals sign.
  public let key: String
  /// What stands after it.
  public let value: String

  /// The value as it is printed.
  public init(_ key: String, _ value: some CustomStringConvertible) {
    self.key = key
    self.value = value.description
  }

  /// A flag: `1` or `0`.
  public init(_ key: String, _ flag: Bool) { self.init(key, flag ? 1 : 0) }
}

/// The values of an operator's text while it is read. Every key that a reader asks for becomes known; `finish`
/// complains about the others.
public struct Attributes {
  private let keyword: String
  private var values: [(key: String, value: String)] = []
  /// Keys that readers asked for, in the order in which they did.
  public private(set) var known: [Key] = []
  private var used: Set<String> = []

  /// A key that a text may have.
  public struct Key: Sendable, Hashable {
    /// What stands before the equals sign.
    public let name: String
    /// What holds where a text does not have it.
    public let absence: Absence
    /// The words that its value can be; empty where it is made of numbers.
    public let words: [String]
  }

  /// What it means that a text does not have a key.
  public enum Absence: Sendable, Hashable {
    /// The text is refused.
    case refused
    /// It reads as with this value.
    case standard(String)
    /// The value follows from others, or there is none.
    case derived
  }

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

  /// Whether the text has the key; the key does not become known by that.
  public func has(_ key: String) -> Bool { values.contains { $0.key == key } }

  private mutating func take(_ key: String, _ absence: Absence, words: [String] = []) -> String? {
    known.append(Key(name: key, absence: absence, words: words))
    used.insert(key)
    return values.first { $0.key == key }?.value
  }

  /// An integer of at least `minimum`; without a default it must be there.
  public mutating func int(_ key: String, default standard: Int? = nil, minimum: Int = 1)
    throws(OperatorError) -> Int
  {
    guard let text = take(key, standard.map { .standard("\($0)") } ?? .refused) else {
      if let standard { return standard }
      throw OperatorError("\(keyword) needs \(key)=\(Words.number(minimum))")
    }
    return try number(text, key, minimum)
  }

  /// A positive integer, nil if the text has none.
  public mutating func optionalInt(_ key: String) throws(OperatorError) -> Int? {
    guard let text = take(key, .derived) else { return nil }
    return try number(text, key, 1)
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
    guard let text = take(key, .standard("\(standard)")) else { return Pair(standard) }
    return try pair(text, key, minimum)
  }

  /// A pair of positive numbers, nil if the text has none.
  public mutating func optionalPair(_ key: String) throws(OperatorError) -> Pair? {
    guard let text = take(key, .derived) else { return nil }
    return try pair(text, key, 1)
  }

  private func pair(_ text: String, _ key: String, _ minimum: Int) throws(OperatorError) -> Pair {
    let parts = text.split(separator: "x", omittingEmptySubsequences: false)
    guard parts.count <= 2 else {
      throw OperatorError(
        "\(key)=\(text.shown) in \(keyword) must be a number such as 3 or a pair such as 3x5")
    }
    return try Pair(number(parts[0], key, minimum), number(parts[parts.count - 1], key, minimum))
  }

  /// `1` for all sides, `1x2` for rows and columns, or `0x1x0x1` for top, left, bottom and right.
  public mutating func padding(_ key: String) throws(OperatorError) -> Padding {
    guard let text = take(key, .standard("0")) else { return Padding(0) }
    let parts = text.split(separator: "x", omittingEmptySubsequences: false)
    guard [1, 2, 4].contains(parts.count) else {
      throw OperatorError(
        "\(key)=\(text.shown) in \(keyword) must be a number such as 3, a pair such as 3x5, or four sides such as 0x1x0x1"
      )
    }
    var sides: [Int] = []
    for part in parts { sides.append(try number(part, key, 0)) }
    switch sides.count {
    case 1: return Padding(sides[0])
    case 2: return Padding(sides[0], sides[1])
    default: return Padding(top: sides[0], left: sides[1], bottom: sides[2], right: sides[3])
    }
  }

  /// A number above 0 and below 1.
  public mutating func fraction(_ key: String, default standard: Double) throws(OperatorError) -> Double {
    guard let text = take(key, .standard("\(standard)")) else { return standard }
    guard let value = Double(text), value > 0, value < 1 else {
      throw OperatorError("\(key)=\(text.shown) in \(keyword) must be a number above 0 and below 1")
    }
    return value
  }

  /// A number from 0 on that a condition holds for.
  public mutating func number(
    _ key: String, default standard: Double, where isPossible: (Double) -> Bool
  ) throws(OperatorError) -> Double {
    guard let text = take(key, .standard("\(standard)")) else { return standard }
    guard let value = Double(text), value.isFinite, value >= 0, isPossible(value) else {
      let limits = isPossible(0) ? "from 0" + (isPossible(1) ? "" : " to below 1") : "above 0"
      throw OperatorError("\(key)=\(text.shown) in \(keyword) must be a number \(limits)")
    }
    return value
  }

  /// `1` or `0`.
  public mutating func flag(_ key: String, default standard: Bool) throws(OperatorError) -> Bool {
    switch take(key, .standard(standard ? "1" : "0")) {
    case nil: return standard
    case "0": return false
    case "1": return true
    case let text?: throw OperatorError("\(key)=\(text.shown) in \(keyword) must be 0 or 1")
    }
  }

  /// Any word, for keys whose values are looked up elsewhere.
  /// - Parameter words: those that are found there, the default among them.
  public mutating func text(
    _ key: String, default standard: String, words: [String]
  ) throws(OperatorError) -> String {
    take(key, .standard(standard), words: words) ?? standard
  }

  /// One of the raw values of an enumeration.
  public mutating func word<T: RawRepresentable & CaseIterable>(
    _ key: String, default standard: T
  ) throws(OperatorError) -> T where T.RawValue == String {
    let words = T.allCases.map(\.rawValue)
    guard let text = take(key, .standard(standard.rawValue), words: words) else { return standard }
    guard let value = T(rawValue: text) else {
      throw OperatorError(
        "\(key)=\(text.shown) in \(keyword) must be one of: \(words.joined(separator: " "))")
    }
    return value
  }

  /// - Throws: if a key is left that nobody asked for.
  public func finish() throws(OperatorError) {
    guard let stranger = values.first(where: { !used.contains($0.key) }) else { return }
    let names = known.map(\.name)
    let list = names.isEmpty ? "\(keyword) has no keys" : "known keys: \(names.joined(separator: " "))"
    let hint = Words.nearest(stranger.key, among: names).map { "; did you mean '\($0)'?" } ?? ""
    throw OperatorError("'\(stranger.key.shown)' is not a key of \(keyword); \(list)\(hint)")
  }
}
