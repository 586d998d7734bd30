import Harness
import HarnessSupport
import Kernels
import Measurement
import Testing
import Workloads

/// With clocks that tests set.
@Suite struct RunBudgetTests {
  private static func budget(_ scope: TimeShare.Scope) -> RunBudget {
    RunBudget(Seconds(60), of: scope, since: Seconds(100), workloads: 6)
  }

  /// What is left is shared out among those that are left.
  @Test func theRestIsSharedOut() {
    let budget = Self.budget(.everything)
    for (left, now, share) in [(6, 100.0, 10.0), (3, 130, 10), (2, 110, 25), (1, 159, 1), (4, 156, 1)] {
      #expect(
        budget.share(left: left, isFirst: false, now: Seconds(now))
          == TimeShare(Seconds(share), of: .everything))
    }
  }

  @Test func whenTheTimeIsUpOnlyTheFirstIsMeasured() {
    let budget = Self.budget(.everything)
    for now in [160.0, 161, 1e9] {
      #expect(budget.share(left: 3, isFirst: false, now: Seconds(now)) == nil)
      #expect(
        budget.share(left: 3, isFirst: true, now: Seconds(now)) == TimeShare(Seconds(0), of: .everything))
    }
  }

  /// Without a budget that was asked for all workloads are reached, with equal shares for rounds.
  @Test func measuringAloneEndsNothing() {
    for now in [100.0, 160, 1e9] {
      #expect(
        Self.budget(.measuring).share(left: 2, isFirst: false, now: Seconds(now))
          == TimeShare(Seconds(10), of: .measuring))
    }
  }

  private final class FakeClock {
    var time = Seconds(0)
  }

  /// Rounds of a run in which every comparison takes 10 s of a clock that stands still otherwise.
  private func rounds(_ share: TimeShare) throws -> Int? {
    let clock = FakeClock()
    var plan = Plan()
    (plan.requests, plan.threads) = ([.reference], [1])
    let runner = Runner(
      plan: plan, tiled: Catalogue([]), facts: RunFacts(machine: Machine(), revision: "", started: ""),
      now: { clock.time }
    ) { false }
    let measured = runner.measured(try Workload("relu@1x1x2x2"), suite: "", share: share) { step in
      if step.phase == .verify { clock.time = clock.time + Seconds(10) }
    }
    return measured.rows.first?.record.rounds
  }

  /// A share of everything is used up by comparisons; one for measuring is not.
  @Test func verifyingCountsOnlyWhereItShould() throws {
    #expect(try rounds(TimeShare(Seconds(5), of: .everything)) == 5)
    #expect(try rounds(TimeShare(Seconds(1000), of: .everything)) == 60)
    #expect(try rounds(TimeShare(Seconds(5), of: .measuring)) == 60)
    #expect(try rounds(TimeShare(Seconds(0), of: .measuring)) == 5)
  }

  @Test func whatIsNotReachedIsARowPerKernel() throws {
    let runner = Runner(
      plan: Plan(), tiled: Catalogue([FlawedReLU(flaw: .lastOff)]),
      facts: RunFacts(machine: Machine(), revision: "", started: "")
    ) { false }
    let rows = runner.unreached(try Workload("relu@1x1x2x2"), suite: "s", "too late")
    #expect(rows.map(\.record.kernel) == ["reference", "tiled/flawed"])
    #expect(rows.allSatisfy { $0.status == .skipped && $0.record.suite == "s" })
    #expect(rows.allSatisfy { $0.record.reason == "too late" })
  }
}
