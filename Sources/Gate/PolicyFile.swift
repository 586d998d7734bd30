import Foundation

/// What is wrong with a policy: place, found, expected.
public struct PolicyError: Error, Equatable, CustomStringConvertible {
  public let description: String
}

extension Policy {
  /// Reads a policy file. Unknown keys are errors: a tolerance that is misspelt would otherwise be none.
  public init(json text: String) throws(PolicyError) {
    self.init()
    let root: Any
    do { root = try JSONSerialization.jsonObject(with: Data(text.utf8)) } catch {
      throw PolicyError(description: "is no JSON")
    }
    let object = try PolicyObject(
      root, "", known: ["alpha", "control_percent", "defaults", "rules", "accepted"])
    alpha = try object.number("alpha", 1e-6...0.5) ?? alpha
    controlPercent = try object.number("control_percent", 0.1...1000) ?? controlPercent
    if let value = object["defaults"] {
      try Policy.change(try PolicyObject(value, "defaults", known: Policy.ruleKeys))(&defaults)
    }
    for (place, value) in try object.list("rules") {
      let rule = try PolicyObject(value, place, known: Policy.caseKeys + Policy.ruleKeys)
      overrides.append(Override(cases: try Policy.selection(rule), change: try Policy.change(rule)))
    }
    for (place, value) in try object.list("accepted") {
      accepted.append(
        try Policy.acceptance(
          try PolicyObject(value, place, known: Policy.caseKeys + ["reason", "expires", "up_to_percent"])))
    }
  }

  private static let caseKeys = ["workload", "kernel", "threads"]
  private static let ruleKeys = [
    "mode", "tolerance_percent", "floor_us", "effect_percent", "stored_percent", "coarse_percent",
    "minimum_speedup", "minimum_roof_fraction", "minimum_efficiency",
  ]

  private static func selection(_ object: PolicyObject) throws(PolicyError) -> Selection {
    Selection(
      workload: try object.text("workload"), kernel: try object.text("kernel"),
      threads: try object.number("threads", 1...1024).map { Int($0) })
  }

  private static func acceptance(_ object: PolicyObject) throws(PolicyError) -> Acceptance {
    guard let reason = try object.text("reason"), !reason.isEmpty else {
      throw object.error("needs a reason")
    }
    guard let expires = try object.text("expires"), isDate(expires) else {
      throw object.error("needs 'expires', a date such as 2026-12-31")
    }
    return Acceptance(
      cases: try selection(object), reason: reason, expires: expires,
      upToPercent: try object.number("up_to_percent", 0...1e6))
  }

  private static func isDate(_ text: String) -> Bool {
    guard let match = text.wholeMatch(of: /(\d{4})-(\d{2})-(\d{2})/) else { return false }
    return (1...12).contains(Int(match.2) ?? 0) && (1...31).contains(Int(match.3) ?? 0)
  }

  /// What an object says about a rule, checked now and applied later.
  private static func change(_ object: PolicyObject) throws(PolicyError) -> @Sendable (inout Rule) -> Void {
    var mode: Rule.Mode?
    if let word = try object.text("mode") {
      mode = Rule.Mode(rawValue: word)
      guard mode != nil else { throw object.error("mode '\(word)'; expected fail, warn or ignore") }
    }
    let tolerance = try object.number("tolerance_percent", 0...1000)
    let floor = try object.number("floor_us", 0...1e9)
    let effect = try object.number("effect_percent", 0...1000)
    let stored = try object.number("stored_percent", 0...1000)
    let coarse = try object.number("coarse_percent", 0...1000)
    let speedup = try object.number("minimum_speedup", 0...1e9)
    let roof = try object.number("minimum_roof_fraction", 0...1)
    let efficiency = try efficiencies(object)
    return { [mode] rule in
      rule.mode = mode ?? rule.mode
      rule.tolerancePercent = tolerance ?? rule.tolerancePercent
      rule.floorMicroseconds = floor ?? rule.floorMicroseconds
      rule.effectPercent = effect ?? rule.effectPercent
      rule.storedPercent = stored ?? rule.storedPercent
      rule.coarsePercent = coarse ?? rule.coarsePercent
      rule.minimumSpeedup = speedup ?? rule.minimumSpeedup
      rule.minimumRoofFraction = roof ?? rule.minimumRoofFraction
      rule.minimumEfficiency.merge(efficiency) { $1 }
    }
  }

  /// `{"2": 0.7, "4": 0.5}`.
  private static func efficiencies(_ object: PolicyObject) throws(PolicyError) -> [Int: Double] {
    guard let value = object["minimum_efficiency"] else { return [:] }
    let place = object.path("minimum_efficiency")
    guard let pairs = value as? [String: Any] else {
      throw PolicyError(description: "\(place): expected an object such as {\"2\": 0.7}")
    }
    var result: [Int: Double] = [:]
    for name in pairs.keys.sorted() {
      guard let threads = Int(name), (1...1024).contains(threads) else {
        throw PolicyError(description: "\(place): '\(name)' is no thread count")
      }
      result[threads] = try PolicyObject(pairs, place, known: [name], others: true).number(name, 0...2)
    }
    return result
  }
}

/// An object of a policy file, with its place for messages.
private struct PolicyObject {
  private let values: [String: Any]
  private let place: String

  init(_ value: Any, _ place: String, known: [String], others: Bool = false) throws(PolicyError) {
    let name = place.isEmpty ? "the policy" : place
    guard let values = value as? [String: Any] else {
      throw PolicyError(description: "\(name) is no object")
    }
    (self.values, self.place) = (values, place)
    if others { return }
    for key in values.keys.sorted() where !known.contains(key) {
      throw PolicyError(
        description: "\(name) has an unknown key '\(key)'; known keys: \(known.joined(separator: " "))")
    }
  }

  subscript(key: String) -> Any? { values[key] }

  func path(_ key: String) -> String { place.isEmpty ? key : "\(place).\(key)" }

  func error(_ sentence: String) -> PolicyError { PolicyError(description: "\(place): \(sentence)") }

  func number(_ key: String, _ range: ClosedRange<Double>) throws(PolicyError) -> Double? {
    guard let value = values[key] else { return nil }
    guard let number = value as? Double, range.contains(number) else {
      throw PolicyError(
        description:
          "\(path(key)): '\(value)'; expected a number from \(range.lowerBound) to \(range.upperBound)"
      )
    }
    return number
  }

  func text(_ key: String) throws(PolicyError) -> String? {
    guard let value = values[key] else { return nil }
    guard let text = value as? String else {
      throw PolicyError(description: "\(path(key)): '\(value)'; expected a text")
    }
    return text
  }

  func list(_ key: String) throws(PolicyError) -> [(place: String, value: Any)] {
    guard let value = values[key] else { return [] }
    guard let list = value as? [Any] else {
      throw PolicyError(description: "\(path(key)): expected a list")
    }
    return list.enumerated().map { ("\(key)[\($0)]", $1) }
  }
}
