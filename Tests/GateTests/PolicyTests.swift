import Gate
import Testing

@Suite struct PolicyTests {
  @Test func everyKeyIsRead() throws {
    let policy = try Policy(
      json: """
        {"alpha": 0.01, "control_percent": 8,
         "defaults": {"tolerance_percent": 3, "floor_us": 2, "effect_percent": 10, "stored_percent": 15,
           "coarse_percent": 40, "minimum_speedup": 2, "minimum_roof_fraction": 0.1,
           "minimum_efficiency": {"2": 0.6, "4": 0.4}, "mode": "warn"},
         "rules": [{"workload": "conv*", "kernel": "tiled/d?rect", "threads": 2, "mode": "fail", "tolerance_percent": 1},
           {"kernel": "reference", "mode": "ignore"}],
         "accepted": [{"workload": "relu", "reason": "why", "expires": "2026-12-31", "up_to_percent": 7}]}
        """)
    #expect(policy.alpha == 0.01 && policy.controlPercent == 8)
    let rule = policy.rule(Subject(name: "x", workloadText: "y", kernels: ["tiled"], threads: 1))
    #expect(rule.mode == .warn && rule.tolerancePercent == 3 && rule.floorMicroseconds == 2)
    #expect(rule.effectPercent == 10 && rule.storedPercent == 15 && rule.coarsePercent == 40)
    #expect(rule.minimumSpeedup == 2 && rule.minimumRoofFraction == 0.1)
    #expect(rule.minimumEfficiency == [2: 0.6, 4: 0.4])
    let conv = policy.rule(
      Subject(name: "n", workloadText: "conv:out=1@1x1x1x1", kernels: ["tiled", "tiled/direct"], threads: 2))
    #expect(conv.mode == .fail && conv.tolerancePercent == 1 && conv.floorMicroseconds == 2)
    #expect(
      policy.rule(Subject(name: "n", workloadText: "", kernels: ["reference"], threads: 1)).mode == .ignore)
    #expect(
      policy.accepted == [
        Acceptance(
          cases: Selection(workload: "relu"), reason: "why", expires: "2026-12-31", upToPercent: 7)
      ])
  }

  @Test(arguments: [
    ("", "is no JSON"), ("[]", "the policy is no object"),
    ("{\"alpha\": 2}", "alpha: '2'; expected a number"),
    ("{\"alfa\": 0.1}", "unknown key 'alfa'; known keys: alpha"),
    ("{\"defaults\": {\"tolerence_percent\": 1}}", "defaults has an unknown key 'tolerence_percent'"),
    ("{\"defaults\": {\"mode\": \"strict\"}}", "defaults: mode 'strict'; expected fail, warn or ignore"),
    ("{\"defaults\": {\"mode\": 1}}", "defaults.mode: '1'; expected a text"),
    ("{\"defaults\": {\"floor_us\": \"1\"}}", "defaults.floor_us: '1'; expected a number"),
    ("{\"defaults\": {\"workload\": \"x\"}}", "defaults has an unknown key 'workload'"),
    ("{\"rules\": {}}", "rules: expected a list"), ("{\"rules\": [1]}", "rules[0] is no object"),
    ("{\"rules\": [{}, {\"thread\": 1}]}", "rules[1] has an unknown key 'thread'"),
    ("{\"accepted\": [{\"expires\": \"2026-01-01\"}]}", "accepted[0]: needs a reason"),
    ("{\"accepted\": [{\"reason\": \"r\"}]}", "accepted[0]: needs 'expires'"),
    ("{\"accepted\": [{\"reason\": \"r\", \"expires\": \"2026-13-01\"}]}", "accepted[0]: needs 'expires'"),
    ("{\"defaults\": {\"minimum_efficiency\": {\"two\": 1}}}", "'two' is no thread count"),
    ("{\"defaults\": {\"minimum_efficiency\": 1}}", "expected an object such as"),
  ])
  func mistakesAreSentences(text: String, part: String) throws {
    let error = #expect(throws: PolicyError.self) { try Policy(json: text) }
    #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
  }

  @Test(arguments: [
    ("*", "", true), ("a*c", "abbc", true), ("a*c", "abcd", false), ("a?c", "abc", true),
    ("a?c", "ac", false),
    ("*b*b*", "abab", true), ("conv*@1x64*", "conv:k=3@1x64x7x7", true), ("", "a", false), ("**", "x", true),
  ])
  func patterns(pattern: String, text: String, fits: Bool) {
    let subject = Subject(name: text, workloadText: text, kernels: [], threads: nil)
    #expect(Selection(workload: pattern).contains(subject) == fits)
  }
}
