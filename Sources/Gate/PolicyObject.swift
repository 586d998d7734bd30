import PlainText

/// Where something stands in a policy file.
public struct PolicyPlace: Sendable, Equatable {
  /// `rules[1]`.
  public let path: String
  /// From 1.
  public let line: Int

  /// A place in a file.
  /// - Parameter line: from 1.
  public init(path: String, line: Int) { (self.path, self.line) = (path, line) }
}

/// An object of a policy file, with its place for messages.
struct PolicyObject {
  private let values: [String: LocatedJSON]
  let place: PolicyPlace

  /// - Throws: if it is no object, or has a key that is not known: a tolerance that is misspelt would otherwise be none.
  init(_ json: LocatedJSON, _ path: String, known: [String]) throws(PolicyError) {
    place = PolicyPlace(path: path, line: json.line)
    let name = path.isEmpty ? "the policy" : path
    guard case .object(let members) = json.value else {
      throw PolicyError(description: "line \(json.line): \(name) is not an object")
    }
    for member in members where !known.contains(member.key) {
      throw PolicyError(
        description:
          "line \(member.line): \(name) has an unknown key '\(member.key.shown)'; known keys: \(known.joined(separator: " "))"
      )
    }
    values = Dictionary(uniqueKeysWithValues: members.map { ($0.key, $0.value) })
  }

  subscript(key: String) -> LocatedJSON? { values[key] }

  func path(_ key: String) -> String { place.path.isEmpty ? key : "\(place.path).\(key)" }

  /// About the object.
  func error(_ sentence: String) -> PolicyError {
    PolicyError(description: "line \(place.line): \(place.path): \(sentence)")
  }

  /// About one of its values.
  func error(_ key: String, _ value: LocatedJSON, _ expected: String) -> PolicyError {
    PolicyError(description: "line \(value.line): \(path(key)): '\(value.shown)'; \(expected)")
  }

  func number(_ key: String, _ range: ClosedRange<Double>) throws(PolicyError) -> Double? {
    guard let value = values[key] else { return nil }
    guard case .number(let number, _) = value.value, range.contains(number) else {
      throw error(key, value, "expected a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  func integer(_ key: String, _ range: ClosedRange<Int>) throws(PolicyError) -> Int? {
    guard let value = values[key] else { return nil }
    guard case .number(let number, _) = value.value, let whole = Int(exactly: number), range.contains(whole)
    else {
      throw error(key, value, "expected a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return whole
  }

  func text(_ key: String) throws(PolicyError) -> String? {
    guard let value = values[key] else { return nil }
    guard case .text(let text) = value.value else { throw error(key, value, "expected a text") }
    return text
  }

  func list(_ key: String) throws(PolicyError) -> [(path: String, value: LocatedJSON)] {
    guard let value = values[key] else { return [] }
    guard case .list(let list) = value.value else { throw error(key, value, "expected a list") }
    return list.enumerated().map { ("\(key)[\($0)]", $1) }
  }
}
