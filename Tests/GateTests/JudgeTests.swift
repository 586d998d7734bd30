import Foundation
import Gate
import Records
import Testing

@Suite struct JudgeTests {
  private func judgement(
    _ item: PairedRun.Case, _ policy: Policy = Policy(), truth: Double = 0, confirming: Int = 10
  ) throws -> CaseJudgement {
    var run = Synthetic(processes: 0.003, turns: 0.003).run(
      [truth], rounds: 16, confirming: confirming, seed: 3)
    run.cases = [item]
    return try #require(PairedJudge(policy).judgements(run).first)
  }

  private func time(_ truth: Double, _ policy: Policy = Policy(), confirming: Int = 10) throws
    -> CaseJudgement
  {
    try judgement(Synthetic.item(0), policy, truth: truth, confirming: confirming)
  }

  @Test func outcomesOfTimes() throws {
    #expect(try time(0).word == "same" && time(0).severity == .fine)
    #expect(try time(0.1).word == "regressed" && time(0.1).severity == .worse)
    #expect(try time(-0.1).word == "improved" && time(-0.1).severity == .fine)
    let open = try time(0.1, confirming: 0)
    #expect(open.word == "undetermined" && open.severity == .undetermined)
    #expect(open.remarks == ["looks regressed, but there was no time to measure it again"])
  }

  /// A slowdown that the second measurement does not show is none.
  @Test func whatIsNotConfirmedIsUndetermined() throws {
    var run = Synthetic(processes: 0.003, turns: 0.003).run([0.1], rounds: 16, seed: 1)
    var quiet = Synthetic(processes: 0.003, turns: 0.003).run([0], rounds: 0, confirming: 10, seed: 2).turns
    for i in quiet.indices { quiet[i].round += 16 }
    run.turns += quiet
    let verdict = try #require(PairedJudge(Policy()).judgements(run).first)
    #expect(verdict.word == "undetermined")
    #expect(
      verdict.remarks.first?.hasPrefix("looks regressed, but not when measured again, which found") == true)
  }

  /// What a run would need includes the second measurement.
  @Test func roundsNeededIncludeTheConfirmation() throws {
    let run = Synthetic(processes: 0.04, turns: 0.01).run([0.03], rounds: 14, seed: 1)
    let verdict = try #require(PairedJudge(Policy()).judgements(run).first?.time)
    #expect(verdict.outcome == .undetermined)
    let total = try #require(verdict.roundsNeeded)
    // The rounds that judge are the number whose confirmation makes up the rest.
    let judging = try #require((1...total).first { $0 + Margins.confirmingRounds(judged: $0) == total })
    #expect(
      verdict.note.hasSuffix("; 5 % needs about \(total) rounds, \(total - judging) of them to confirm it"))
    let margins = Margins(alpha: Policy().alpha, cases: 1)
    let spread = try #require(spreadBehind(verdict, margins, rounds: 14))
    func seen(_ rounds: Int) -> Double? {
      margins.smallestEffect(spread: spread, margin: Margins.margin(Rule()), rounds: rounds)
    }
    #expect(
      try #require(seen(judging)) <= log(1.05) * 1.0001 && seen(judging - 1).map { $0 > log(1.05) } ?? true)
    #expect([2, 24, 26, 100].map { Margins.confirmingRounds(judged: $0) } == [12, 12, 13, 50])
  }

  /// The spread behind a smallest effect, which grows with it in a straight line.
  private func spreadBehind(_ verdict: TimeVerdict, _ margins: Margins, rounds: Int) -> Double? {
    let margin = Margins.margin(Rule())
    guard let seen = verdict.smallestEffect,
      let unit = margins.smallestEffect(spread: 1, margin: margin, rounds: rounds)
    else { return nil }
    return (seen - margin) / (unit - margin)
  }

  /// Ten percent of 5 µs are less than the floor of 1 µs.
  @Test func theFloorIsInMicroseconds() throws {
    var noise = Synthetic(processes: 0.003, turns: 0.003)
    noise.base = 5e-6
    let run = noise.run([0.1], rounds: 16, confirming: 10, seed: 3)
    #expect(PairedJudge(Policy()).judgements(run).map(\.word) == ["same"])
    var policy = Policy()
    policy.defaults.floorMicroseconds = 0.1
    #expect(PairedJudge(policy).judgements(run).map(\.word) == ["regressed"])
  }

  @Test(
    arguments: [
      ("parameters", true), ("macs", true), ("flops", true), ("bytes", true), ("allocations", true),
      ("fewer flops", true), ("workspace", true), ("less workspace", false),
      ("other kernel's workspace", nil), ("other caches' workspace", nil),
    ] as [(String, Bool?)])
  func countsHaveNoTolerance(change: String, isWorse: Bool?) throws {
    let head = Synthetic.row(0) {
      switch change {
      case "parameters": $0.parameters = 11
      case "macs": $0.macs = 21
      case "flops": $0.flops = 41
      case "fewer flops": $0.flops = 39
      case "bytes": $0.bytes = 81
      case "allocations": $0.allocationsPerCall = 0.1
      case "workspace": $0.workspaceBytes = 65
      case "less workspace": $0.workspaceBytes = 63
      case "other caches' workspace":
        ($0.workspaceBytes, $0.fingerprint) = (1000, "M, 2 CPUs; L1 32 KiB; L2 512 KiB; baseline avx2")
      default: ($0.workspaceBytes, $0.kernel) = (1000, "tiled/other")
      }
    }
    let base = Synthetic.row(0) { $0.fingerprint = "M, 2 CPUs; L1 32 KiB; L2 1024 KiB; baseline avx2" }
    let verdict = try judgement(Synthetic.item(0, base: base, head: head))
    #expect(verdict.exact.map(\.isWorse) == (isWorse.map { [$0] } ?? []))
    #expect(verdict.severity == (isWorse == true ? .worse : .fine))
    #expect(verdict.time?.outcome == .same, "counts are apart from times")
  }

  /// The same bits for every thread count, whatever a side says about itself.
  @Test func bitsDoNotDependOnThreads() throws {
    func item(_ threads: Int, base: UInt64, head: UInt64, kernel: String = "tiled/elementwise")
      -> PairedRun.Case
    {
      let row = Synthetic.row(0) { ($0.threads, $0.kernel, $0.requestedKernel) = (threads, kernel, kernel) }
      var item = Synthetic.item(0, base: row)
      (item.base.digest, item.head.digest) = (base, head)
      return item
    }
    func judged(_ cases: [PairedRun.Case]) -> [CaseJudgement] {
      var run = Synthetic().run([], rounds: 0, seed: 1)
      run.cases = cases
      return PairedJudge(Policy()).judgements(run)
    }
    // Two builds may differ from each other, and two kernels.
    let fine = judged([
      item(1, base: 1, head: 2), item(2, base: 1, head: 2), item(2, base: 5, head: 6, kernel: "tiled/x"),
    ])
    #expect(fine.allSatisfy { $0.trouble == nil })
    let head = judged([item(4, base: 1, head: 3), item(2, base: 1, head: 2)])
    #expect(head[0].trouble == .broken("head: results have other bits with 4 threads than with 2"))
    #expect(head[1].trouble == nil && head.conclusion(failsOnUndetermined: false) == .broken)
    let base = judged([item(1, base: 1, head: 2), item(2, base: 3, head: 2)])
    #expect(base[1].trouble == .failed("base: results have other bits with 2 threads than with 1"))
    #expect(base.conclusion(failsOnUndetermined: false) == .fine)
  }

  @Test func troublesOfSides() throws {
    var item = Synthetic.item(0)
    item.head.row = nil
    #expect(try judgement(item).word == "only in base" && judgement(item).severity == .fine)
    item = Synthetic.item(0)
    item.base.row = nil
    #expect(try judgement(item).word == "only in head")
    item = Synthetic.item(0)
    item.head.loss = .init(.crashed, "crashed with signal 11")
    #expect(
      try judgement(item).severity == .broken && judgement(item).remarks == ["head crashed with signal 11"])
    item.head.loss = .init(.slow, "took long")
    #expect(try judgement(item).severity == .fine && judgement(item).word == "failed")
    item = Synthetic.item(0)
    item.base.loss = .init(.crashed, "crashed with signal 11")
    #expect(try judgement(item).severity == .fine && judgement(item).word == "failed")
    item = Synthetic.item(0, head: Synthetic.row(0) { $0.status = "disagrees" })
    #expect(try judgement(item).severity == .broken)
    #expect([try judgement(item)].conclusion(failsOnUndetermined: false) == .broken)
  }

  @Test func conclusions() throws {
    let (same, worse, open) = (try time(0), try time(0.1), try time(0.1, confirming: 0))
    #expect([same].conclusion(failsOnUndetermined: true) == .fine)
    #expect([same, worse, open].conclusion(failsOnUndetermined: true) == .worse)
    #expect([same, open].conclusion(failsOnUndetermined: true) == .undetermined)
    #expect([same, open].conclusion(failsOnUndetermined: false) == .fine)
    var lost = Synthetic.item(0)
    lost.base.loss = .init(.crashed, "x")
    #expect([try judgement(lost)].conclusion(failsOnUndetermined: false) == .nothing)
    #expect([CaseJudgement]().conclusion(failsOnUndetermined: false) == .nothing)
  }

  @Test func disturbedTurnsDoNotCount() throws {
    var run = Synthetic(processes: 0.003, turns: 0.003).run([0], rounds: 16, seed: 3)
    for i in run.turns.indices where i % 4 == 3 {
      run.turns[i].head *= 3
      run.turns[i].control *= 1.2
    }
    let verdict = try #require(PairedJudge(Policy()).judgements(run).first?.time)
    #expect(verdict.disturbed == 16 && verdict.turns == 48 && verdict.outcome == .same)
    let disturbance = Disturbance(run.turns, controlPercent: 5)
    #expect(run.turns.compactMap { disturbance.cause($0) } == Array(repeating: .control, count: 16))
    var turn = run.turns[0]
    (turn.switches, turn.stolen, turn.others) = (2, 0, 0)
    #expect(disturbance.cause(turn) == .switches)
    (turn.switches, turn.stolen) = (0, 0.01)
    #expect(disturbance.cause(turn) == .stolen)
    (turn.stolen, turn.others) = (0, 2)
    #expect(disturbance.cause(turn) == .load)
  }

  @Test func theSameRunGivesTheSameJudgement() {
    let run = Synthetic().run([0, 0.05, 0.1], rounds: 15, confirming: 8, seed: 9)
    let judge = PairedJudge(Policy())
    #expect(judge.judgements(run) == judge.judgements(run))
  }

  @Test func acceptedRegressions() throws {
    var policy = Policy()
    let cases = Selection(workload: "relu*", kernel: "tiled/*", threads: 1)
    policy.accepted = [Acceptance(cases: cases, reason: "wider sums", expires: "2026-01-02")]
    let accepted = try time(0.1, policy)
    #expect(accepted.word == "regressed" && accepted.severity == .fine)
    #expect(accepted.remarks == ["accepted until 2026-01-02: wider sums"])
    policy.accepted[0].expires = "2026-01-01"
    #expect(try time(0.1, policy).severity == .worse)
    #expect(try time(0.1, policy).remarks == ["accepted until 2026-01-01, which is over: wider sums"])
    policy.accepted[0] = Acceptance(cases: cases, reason: "r", expires: "2030-01-01", upToPercent: 5)
    #expect(try time(0.1, policy).severity == .worse)
    policy.accepted[0].cases.threads = 2
    #expect(try time(0.1, policy).acceptance == nil)
  }

  @Test func modes() throws {
    var policy = Policy()
    policy.overrides = [Policy.Override(cases: Selection(kernel: "tiled")) { $0.mode = .warn }]
    #expect(try time(0.1, policy).severity == .warning && time(0.1, policy).word == "regressed")
    policy.overrides.append(Policy.Override(cases: Selection()) { $0.mode = .ignore })
    #expect(try time(0.1, policy).word == "ignored" && time(0.1, policy).severity == .fine)
  }
}
