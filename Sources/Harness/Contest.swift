import Foundation
import Glibc
import Measurement
import Records

/// What a contest is about.
public struct ContestPlan: Sendable {
  public var base: [String]
  public var head: [String]
  public var kernels: [String]
  public var isas: [String]
  public var threads: [Int]
  public var cache: String
  public var seed: UInt64
  /// Nil: as many as the time allows.
  public var rounds: Int?
  /// Time for everything.
  public var budget: Seconds
  /// The longest wait for a side.
  public var limit: Seconds

  public init(
    base: [String], head: [String], plan: Plan, budget: Seconds, limit: Seconds
  ) {
    (self.base, self.head) = (base, head)
    kernels = plan.requests.map(\.text)
    isas = plan.isas.map(\.rawValue)
    (threads, cache, seed, rounds) = (plan.threads, plan.cache.rawValue, plan.seed, plan.rounds)
    (self.budget, self.limit) = (budget, limit)
  }

  subscript(side: PairedRun.Side) -> [String] { side == .base ? base : head }
}

/// How a contest learns what to measure next; the judgement lies above.
public struct ContestRules {
  /// Cases to be measured.
  public var measures: (PairedRun.Case) -> Bool
  /// Rounds after which the run is looked at.
  public var schedule: (PairedRun) -> [Int]
  /// Cases that need more rounds, and those that look changed.
  public var agenda: (PairedRun) -> (open: Set<Int>, changed: Set<Int>)
  /// Rounds that confirm a change which took so many to be seen.
  public var confirmingRounds: (Int) -> Int
  /// Which turns count: given all until now, tells of each.
  public var isClean: (PairedRun) -> (PairedRun.Turn) -> Bool

  public init(
    measures: @escaping (PairedRun.Case) -> Bool, schedule: @escaping (PairedRun) -> [Int],
    agenda: @escaping (PairedRun) -> (open: Set<Int>, changed: Set<Int>),
    confirmingRounds: @escaping (Int) -> Int,
    isClean: @escaping (PairedRun) -> (PairedRun.Turn) -> Bool
  ) {
    (self.measures, self.schedule) = (measures, schedule)
    (self.agenda, self.confirmingRounds, self.isClean) = (agenda, confirmingRounds, isClean)
  }
}

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
  public internal(set) var trouble: String?
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

  /// - Throws: `UsageError` if a side cannot be started or speaks another language.
  public func measure() throws -> PairedRun {
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

/// The first process of each side: it verifies every case and tells the exact columns.
private struct Introduction {
  let plan: ContestPlan
  let workloads: [Workload]
  let isInterrupted: () -> Bool
  let onProgress: (String) -> Void

  init(
    _ plan: ContestPlan, _ workloads: [Workload], _ isInterrupted: @escaping () -> Bool,
    _ onProgress: @escaping (String) -> Void
  ) {
    (self.plan, self.workloads) = (plan, workloads)
    (self.isInterrupted, self.onProgress) = (isInterrupted, onProgress)
  }

  /// Cases of both sides, matched; an interruption leaves out workloads that only one side was asked about.
  func cases() throws -> [PairedRun.Case] {
    var cases: [PairedRun.Case] = []
    var places: [CaseIdentity: Int] = [:]
    var asked: [PairedRun.Side: Set<String>] = [:]
    for side in PairedRun.Side.allCases where !isInterrupted() {
      var contender = Contender(side, plan, isInterrupted)
      try contender.start()
      for workload in workloads where !isInterrupted() {
        onProgress("\(side.rawValue): verifying \(workload.name)")
        let answers = try contender.introduce(workload)
        // What it said may have been cut short.
        if isInterrupted() { break }
        asked[side, default: []].insert(workload.text)
        for (identity, answer) in answers {
          if let place = places[identity] {
            cases[place][side] = answer
          } else {
            places[identity] = cases.count
            var item = PairedRun.Case(identity: identity, name: workload.name, base: .init(), head: .init())
            item[side] = answer
            cases.append(item)
          }
        }
      }
      contender.stop()
    }
    let order = Dictionary(workloads.enumerated().map { ($1.text, $0) }) { first, _ in first }
    let known = (asked[.base] ?? []).intersection(asked[.head] ?? [])
    cases = spread(cases.filter { known.contains($0.identity.workloadText) })
    return cases.enumerated().sorted {
      (order[$0.element.identity.workloadText] ?? 0, $0.offset)
        < (order[$1.element.identity.workloadText] ?? 0, $1.offset)
    }.map(\.element)
  }

  /// A side that lost a whole workload has named no case of it: the loss belongs to those that the other side knows.
  private func spread(_ cases: [PairedRun.Case]) -> [PairedRun.Case] {
    func isWhole(_ item: PairedRun.Case, _ side: PairedRun.Side) -> Bool {
      item.identity.threads == nil && item[side].row == nil && item[side].loss != nil
    }
    var (cases, isTold) = (cases, Set<Int>())
    for side in PairedRun.Side.allCases {
      for (place, whole) in cases.enumerated() where isWhole(whole, side) {
        let text = whole.identity.workloadText
        for index in cases.indices where cases[index].identity.workloadText == text {
          guard index != place, cases[index][side] == PairedRun.Answer() else { continue }
          cases[index][side].loss = whole[side].loss
          isTold.insert(place)
        }
      }
    }
    return cases.enumerated().filter { !isTold.contains($0.offset) }.map(\.element)
  }
}
