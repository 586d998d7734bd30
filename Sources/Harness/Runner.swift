import Execution
import Foundation
import Kernels
import Measurement
import Operators
import Records
import ReferenceKernels
import Roofs
import Tensors
import Workloads

/// Facts that every record of a run shares.
public struct RunFacts: Sendable {
  /// Where the run takes place.
  public let machine: Machine
  /// Of the checkout; empty: it is not known.
  public let revision: String
  /// When the run began: ISO 8601, UTC.
  public let started: String
  /// What must be equal for times of two runs to be comparable.
  package let fingerprint: String

  /// Facts of a run that begins.
  public init(machine: Machine, revision: String, started: String) {
    self.machine = machine
    self.revision = revision
    self.started = started
    fingerprint = machine.fingerprint(instructionSets: ISA.available.map(\.rawValue))
  }
}

/// Verifies and measures workloads, one after the other.
public final class Runner {
  private let plan: Plan
  private let tiled: Catalogue
  private let facts: RunFacts
  private let contenders: Contenders
  let teams: Teams
  private let roofs: MeasuredRoofs
  private let isInterrupted: () -> Bool
  private let now: () -> Seconds
  var losses = Losses()
  var onStep: (Step) -> Void = { _ in }
  /// What is wrong with the workload that was run last, so that a run of it has no result.
  private var refusal: String?

  /// - Parameters:
  ///   - plan: what is asked of each workload.
  ///   - tiled: kernels besides the reference.
  ///   - contenders: other engines that take part.
  ///   - teams: that are used and kept.
  ///   - now: the clock of budgets.
  public init(
    plan: Plan, tiled: Catalogue, facts: RunFacts, contenders: Contenders = .none, teams: Teams = Teams(),
    now: @escaping () -> Seconds = Clock.now, isInterrupted: @escaping () -> Bool
  ) {
    self.now = now
    self.teams = teams
    self.plan = plan
    self.tiled = tiled
    self.facts = facts
    self.contenders = contenders
    self.isInterrupted = isInterrupted
    roofs = MeasuredRoofs(machine: facts.machine, teams: teams)
  }

  /// Rows of one workload, without cases that were lost before; `onStep` hears of each step before it is taken.
  public func run(
    _ workload: Workload, suite: String, budget: Seconds, losses: Losses = Losses(),
    onStep: @escaping (Step) -> Void = { _ in }
  ) -> [RunRow] {
    let share = TimeShare(budget, of: .measuring)
    return measured(workload, suite: suite, share: share, losses: losses, onStep: onStep).rows
  }

  /// Rows of a workload that the run did not come to.
  public func unreached(_ workload: Workload, suite: String, _ reason: String) -> [RunRow] {
    let rows = RowBuilder(workload: workload, suite: suite, plan: plan, facts: facts)
    let ours = plan.candidates(workload, reference: ReferenceKernel(), tiled: tiled).map {
      rows.refused($0, .skipped, reason)
    }
    return ours + bout(rows).unopened(.skipped, reason)
  }

  private func bout(_ rows: RowBuilder) -> EngineBout {
    EngineBout(
      contenders, plan: plan, rows: rows, losses: losses, isInterrupted: isInterrupted, onStep: onStep)
  }

  /// Likewise, with the cases that were timed.
  public func measured(
    _ workload: Workload, suite: String, share: TimeShare, losses: Losses = Losses(),
    onStep: @escaping (Step) -> Void = { _ in }
  ) -> MeasuredWorkload {
    self.losses = losses
    self.onStep = onStep
    refusal = nil
    onStep(Step(.oracle))
    return run(workload, suite: suite, share: share)
  }

  /// Rows of one workload: those that were measured, and those that could not be, with a reason.
  private func run(_ workload: Workload, suite: String, share: TimeShare) -> MeasuredWorkload {
    var timed: [TimedCase] = []
    let rows = rows(workload, suite: suite, share: share, &timed)
    return MeasuredWorkload(workload: workload, rows: rows, timed: timed, refusal: refusal)
  }

  private func rows(
    _ workload: Workload, suite: String, share: TimeShare, _ timed: inout [TimedCase]
  ) -> [RunRow] {
    let rows = RowBuilder(workload: workload, suite: suite, plan: plan, facts: facts)
    let candidates = plan.candidates(workload, reference: ReferenceKernel(), tiled: tiled)
    let bout = bout(rows)
    func none(_ status: Record.Status, _ reason: String) -> [RunRow] {
      candidates.map { rows.refused($0, status, reason) } + bout.unopened(status, reason)
    }
    if let reason = losses.workload { return none(.failed, reason) }
    do {
      try Shortage.check(Footprint(workload).peak())
      return try measure(workload, candidates, bout, rows, share, &timed)
    } catch let error as TrainingError {
      refusal = "\(workload.shownName): \(error)"
      return none(.failed, "\(error)")
    } catch let shortage as Shortage {
      return none(.skipped, "\(shortage)")
    } catch let mismatch as DataMismatch {
      return none(.skipped, "\(mismatch)")
    } catch {
      return none(.failed, "\(error)")
    }
  }

  private func measure(
    _ workload: Workload, _ candidates: [Candidate], _ bout: EngineBout, _ rows: RowBuilder,
    _ share: TimeShare, _ cases: inout [TimedCase]
  ) throws -> [RunRow] {
    let begin = now()
    defer { bout.end() }
    let losses = try TrainingTrial.losses(workload, candidates, plan, teams)
    let (judged, refused) = try judge(workload, candidates, rows, and: bout.open)
    var result = refused
    var trusted: [Judged] = []
    for (item, judgement) in judged {
      switch judgement.outcome {
      case .agrees: trusted.append((item, judgement))
      case .disagrees(let reason): result.append(rows.wrong(item, judgement, .disagrees, reason))
      case .mistrusted(let reason): result.append(rows.wrong(item, judgement, .mistrusted, reason))
      }
    }
    let sampler = Sampler(
      policy: SamplingPolicy(rounds: plan.rounds, budget: share.rounds(after: now() - begin)),
      seed: plan.seed, lead: contenders.lead, now: now, isInterrupted: isInterrupted)
    let turns = trusted.map { $0.item.timed(plan.cache) } + bout.turns
    let keys = trusted.map(\.item.key) + bout.keys
    let times = sampler.sample(turns, onStep: { onStep(Step($0, keys[$1])) }) { teams.rest() }
    teams.rest()
    onStep(Step(.roofs))
    let verified = trusted.map { rows.verified($0.item, $0.judgement) } + bout.verified
    let lost = trusted.map { _ in nil } + bout.lost
    let stayed = times.indices.filter { lost[$0] == nil }
    var timed = rows.measured(stayed.map { verified[$0] }, stayed.map { times[$0] }) { roof(workload, $0) }
    for index in timed.indices {
      let key = timed[index].key
      rows.fillTraining(&timed[index], trusted.first { $0.item.key == key }?.item, losses: losses)
    }
    result += timed
    result += bout.refused + lost.compactMap { $0 }
    cases = zip(trusted, times).filter { !$1.rounds.isEmpty }.map {
      TimedCase(item: $0.item, median: Seconds(Statistics.median($1.rounds)))
    }
    return result
  }

  /// Judgements of every kernel and thread count, and rows of the kernels that have none.
  /// - Parameter others: what else needs the oracle, after the kernels.
  func judge(
    _ workload: Workload, _ candidates: [Candidate], _ rows: RowBuilder,
    and others: (Subject, Oracle) -> Void = { _, _ in }
  ) throws -> (judged: [Judged], refused: [RunRow]) {
    let verification = Verification(seed: plan.seed, backing: .aligned)
    let subject = try Subject(workload, data: plan.data, seed: plan.seed, backing: .aligned)
    var (judged, refused): ([Judged], [RunRow]) = ([], [])
    let oracleTime = try subject.withOracle { oracle in
      for candidate in candidates where !isInterrupted() {
        if let reason = candidate.refusal {
          refused.append(rows.refused(candidate, .skipped, reason))
          continue
        }
        do {
          var threads = candidate.isReference ? [1] : plan.threads
          for count in threads {
            guard let reason = losses.cases[candidate.key(threads: count)] else { continue }
            refused.append(rows.failed(candidate, threads: count, reason))
            threads.removeAll { $0 == count }
          }
          threads = threads.filter { count in
            guard let shortage = teams.shortage(of: count) else { return true }
            refused.append(rows.refused(candidate, threads: count, .skipped, "\(shortage)"))
            return false
          }
          guard let first = threads.first else { continue }
          onStep(Step(.verify, candidate.key(threads: first)))
          let cases = try verification.cases(candidate, subject, threads: threads) { try teams[$0] }
          judged += verification.judge(cases, subject, oracle: oracle, onStep: onStep)
        } catch let shortage as Shortage {
          refused.append(rows.refused(candidate, .skipped, "\(shortage)"))
        } catch {
          refused.append(rows.refused(candidate, .failed, "\(error)"))
        }
      }
      teams.rest()
      others(subject, oracle)
    }
    try verification.compareFurther(
      &judged, subject, oracleTime: oracleTime, isInterrupted: isInterrupted, onStep: onStep
    ) { try teams[$0] }
    return (judged, refused)
  }

  private func roof(_ workload: Workload, _ row: Record) -> Double? {
    guard workload.cost.flops > 0 else { return nil }
    return roofs.roof(
      flops: workload.cost.flops, bytes: workload.cost.bytes,
      outputBytes: workload.outputs.reduce(0) { $0 + $1.bytes },
      // An engine may use whatever the machine has.
      isa: ISA(rawValue: row.isa) ?? .best, threads: row.threads ?? 1, cache: plan.cache
    ).gflops
  }
}
