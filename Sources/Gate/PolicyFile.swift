import Foundation
import PlainText

extension Policy {
  /// Reads a policy file. Unknown keys are errors: a tolerance that is misspelt would otherwise be none.
  public init(json text: String) throws(PolicyError) {
    self.init()
    let object = try PolicyObject(
      try LocatedJSON(text), "", known: ["alpha", "control_percent", "defaults", "rules", "accepted"])
    alpha = try object.number("alpha", 1e-6...0.5) ?? alpha
    controlPercent = try object.number("control_percent", 0.1...1000) ?? controlPercent
    if let value = object["defaults"] {
      try Policy.change(try PolicyObject(value, "defaults", known: Policy.ruleKeys))(&defaults)
    }
    for (place, value) in try object.list("rules") {
      let rule = try PolicyObject(value, place, known: Policy.caseKeys + Policy.ruleKeys)
      overrides.append(
        Override(cases: try Policy.selection(rule), place: rule.place, change: try Policy.change(rule)))
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
      threads: try object.integer("threads", 1...1024))
  }

  private static func acceptance(_ object: PolicyObject) throws(PolicyError) -> Acceptance {
    guard let reason = try object.text("reason"), reason.contains(where: { !$0.isWhitespace }) else {
      throw object.error("needs a reason")
    }
    guard let expires = try object.text("expires"), isDate(expires) else {
      throw object.error("needs 'expires', a date such as 2026-12-31")
    }
    return Acceptance(
      cases: try selection(object), reason: reason, expires: expires,
      upToPercent: try object.number("up_to_percent", 0...1e6), place: object.place)
  }

  private static func isDate(_ text: String) -> Bool {
    guard let match = text.wholeMatch(of: /([0-9]{4})-([0-9]{2})-([0-9]{2})/), let year = Int(match.1),
      let month = Int(match.2), let day = Int(match.3)
    else { return false }
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = .gmt
    return DateComponents(calendar: calendar, year: year, month: month, day: day).isValidDate
  }

  /// What an object says about a rule, checked now and applied later.
  private static func change(_ object: PolicyObject) throws(PolicyError) -> @Sendable (inout Rule) -> Void {
    var mode: Rule.Mode?
    if let word = try object.text("mode") {
      mode = Rule.Mode(rawValue: word)
      guard mode != nil else { throw object.error("mode '\(word.shown)'; expected fail, warn or ignore") }
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
    guard case .object(let pairs) = value.value else {
      throw object.error("minimum_efficiency", value, "expected an object such as {\"2\": 0.7}")
    }
    let counts = try PolicyObject(value, object.path("minimum_efficiency"), known: pairs.map(\.key))
    var result: [Int: Double] = [:]
    for pair in pairs {
      guard let threads = Int(pair.key), (1...1024).contains(threads), String(threads) == pair.key else {
        throw counts.error("'\(pair.key.shown)' is not a thread count")
      }
      result[threads] = try counts.number(pair.key, 0...2)
    }
    return result
  }
}
