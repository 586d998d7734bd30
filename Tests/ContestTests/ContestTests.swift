import Contest
import Glibc
import Harness
import Measurement
import Records
import Testing
import Workloads

/// Contests with sides that a few lines of shell stand for.
@Suite struct ContestTests {
  /// A side that is gone must not end this process, as it does not end the tool.
  init() { signal(SIGPIPE, SIG_IGN) }

  /// A side that greets as a build does and then answers every request in one way.
  private static func side(answering reply: String) -> [String] {
    [
      "sh", "-c",
      "read hello; echo 'hello 1 0.1.0 workload'; while read request; do echo '\(reply)'; done",
    ]
  }

  private static func contest(base: [String], head: [String]) throws -> Contest {
    let rules = ContestRules(
      measures: { $0.isComparable }, schedule: { _ in [1] }, agenda: { _ in ([], []) },
      confirmingRounds: { _ in 0 }, isClean: { _ in { _ in true } })
    return Contest(
      ContestPlan(base: base, head: head, plan: Plan(), budget: Seconds(600), limit: Seconds(600)), rules,
      workloads: [try Workload("relu@1x1x1x1")],
      run: PairedRun(seed: 1, started: "s", machine: "m", base: "b", head: "h"), isInterrupted: { false },
      onProgress: { _ in }, onRound: { _ in })
  }

  /// What is no build, or of another age, is told with its side; the other side is not to blame.
  @Test(
    arguments: [
      (["/nowhere/at/all"], "cannot be started: No such file or directory"),
      (["sh", "-c", "echo no; cat"], "said 'no'; expected 'hello 1'"),
      (["sh", "-c", "echo 'hello 2 0.1.0 x'; cat"], "speaks version 2 of the protocol; expected 1"),
      (["sh", "-c", "exit 3"], "ended with status 3"),
    ], PairedRun.Side.allCases)
  func troubleNamesTheSide(trouble: (words: [String], reason: String), side: PairedRun.Side) throws {
    let good = Self.side(answering: "refused no")
    let contest =
      side == .base
      ? try Self.contest(base: trouble.words, head: good) : try Self.contest(base: good, head: trouble.words)
    let error = #expect(throws: BuildTrouble.self) { try contest.measure() }
    #expect(error == BuildTrouble(side: side, program: trouble.words[0], reason: trouble.reason))
  }

  /// A build that does not know a workload has no case of it.
  @Test func whatIsRefusedIsNoCase() throws {
    let side = Self.side(answering: "refused no")
    let run = try Self.contest(base: side, head: side).measure()
    #expect(run.cases.isEmpty && run.turns.isEmpty)
  }

  /// A side that answers something else has lost the workload, and the reason stands in its case.
  @Test func nonsenseIsALoss() throws {
    let run = try Self.contest(
      base: Self.side(answering: "nonsense"), head: Self.side(answering: "refused no")
    ).measure()
    #expect(run.cases.count == 1 && run.turns.isEmpty)
    #expect(run.cases.first?.base.loss == .init(.crashed, "said 'nonsense', which is not a reply"))
    #expect(run.cases.first?.head == .init())
  }
}
