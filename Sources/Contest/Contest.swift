import Foundation
import Glibc
import Measurement
import Records
import Workloads

/// Measures two builds against each other: in every round each side starts anew, and their turns alternate.
public final class Contest {
  /// Share of the budget for judging; the rest is for confirming what looks changed.
  static let judgingShare = 0.75
  static let mostRounds = 500

  let plan: ContestPlan
  private let rules: ContestRules
  private let workloads: [Workload]
  let isInterrupted: () -> Bool
  private let onProgress: (String) -> Void
  private let onRound: (PairedRun) -> Void
  private let start = Clock.now()
  private(set) var run: PairedRun
  /// Why measuring ended early, not through the fault of a build.
  public internal(set) var trouble: BuildTrouble?
  private var generator: SplitMix64
  private var surroundings = Surroundings()
  private var round = 0

  /// - Parameters:
  ///   - onProgress: hears what is being done.
  ///   - onRound: called after every round with what is there.
  public init(
    _ plan: ContestPlan, _ rules: ContestRules, workloads: [Workload], run: PairedRun,
    isInterrupted: @escaping () -> Bool, onProgress: @escaping (String) -> Void,
    onRound: @escaping (PairedRun) -> Void
  ) {
    (self.plan, self.rules, self.workloads, self.run) = (plan, rules, workloads, run)
    (self.isInterrupted, self.onProgress, self.onRound) = (isInterrupted, onProgress, onRound)
    generator = SplitMix64(seed: plan.seed)
  }

  /// - Throws: if a side cannot be started or speaks another language.
  public func measure() throws(BuildTrouble) -> PairedRun {
    run.cases = try Introduction(plan, workloads, isInterrupted, onProgress).cases()
    let all = Set(run.cases.indices.filter { rules.measures(run.cases[$0]) })
    judge(all)
    confirm(all)
    return run
  }

  var isOver: Bool { isInterrupted() || trouble != nil }

  private var spent: Seconds { Clock.now() - start }

  private func judge(_ all: Set<Int>) {
    let schedule = rules.schedule(run)
    var open = all
    var done = 0
    let most = plan.rounds ?? Self.mostRounds
    while done < most, !open.isEmpty, !isOver {
      // A round begun is a round finished; one that is sure to be too late does not begin.
      let each = done == 0 ? 0 : (spent.value - introduced) / Double(done)
      if plan.rounds == nil, spent.value + each > plan.budget.value * Self.judgingShare, done > 0 { break }
      if done == 0 { introduced = spent.value }
      onProgress("round \(done + 1): \(open.count) of \(all.count) cases")
      measureRound(open, .judge)
      done += 1
      open.formIntersection(all.filter { rules.measures(run.cases[$0]) })
      if plan.rounds == nil, schedule.contains(done) || done > schedule.last ?? 0 && done % 10 == 0 {
        open.formIntersection(rules.agenda(run).open)
      }
    }
  }

  /// When the first round began.
  private var introduced = 0.0

  private func confirm(_ all: Set<Int>) {
    let changed = rules.agenda(run).changed.intersection(all)
    // Set beforehand, so that it is one test.
    let rounds = Dictionary(
      uniqueKeysWithValues: changed.map { index in
        let judged = Set(run.turns.lazy.filter { $0.index == index }.map(\.round)).count
        return (index, rules.confirmingRounds(judged))
      })
    for done in 0..<(rounds.values.max() ?? 0) where !isOver {
      if plan.rounds == nil, spent > plan.budget { break }
      let due = changed.filter { done < rounds[$0] ?? 0 && rules.measures(run.cases[$0]) }
      onProgress("confirming round \(done + 1): \(due.count) cases look changed")
      measureRound(due, .confirm)
    }
  }

  private func measureRound(_ cases: Set<Int>, _ purpose: PairedRun.Purpose) {
    let match = Match(self, round: round, purpose, surroundings, isClean: rules.isClean)
    run = match.play(run, cases, workloads, using: &generator)
    round += 1
    onRound(run)
  }
}
