import Kernels
import Measurement
import Operators
import ReferenceKernels
import Roofs
import Tensors
import Workloads

/// One checked combination of workload, kernel, instruction set and thread count.
public struct Check: Sendable {
  /// What became of a check.
  public enum Outcome: Sendable, Equatable {
    /// Every comparison agrees, and could have failed.
    case right
    /// Nothing was compared, and why.
    case skipped(String)
    /// A comparison disagrees, and where.
    case wrong(String)
    /// All agree, but none could have failed, and why.
    case mistrusted(String)
  }

  /// What is computed.
  public let workload: Workload
  /// The kernel's own name.
  public let kernel: String
  /// Instruction set.
  public let isa: String
  /// Thread count; nil: no kernel took the workload.
  public let threads: Int?
  /// Right, wrong, or why neither is known.
  public let outcome: Outcome
  /// Fillings under which a wrong result would have been noticed.
  public let fillings: Int
  /// Largest error ÷ bound over all fillings.
  public let worstRatio: Double
  /// How to see a wrong result again; nil: it is right or there is none.
  public let reproduction: Reproduction?
}

extension Check.Outcome: CustomStringConvertible {
  /// For a table.
  public var description: String {
    switch self {
    case .right: "right"
    case .skipped(let reason): "skipped: \(reason)"
    case .wrong(let reason): "wrong: \(reason)"
    case .mistrusted(let reason): "mistrusted: \(reason)"
    }
  }
}

extension Check {
  init(skipping candidate: Candidate, of workload: Workload, threads: Int? = nil, _ reason: String) {
    self.init(
      workload: workload, kernel: candidate.kernelName, isa: candidate.isa.rawValue, threads: threads,
      outcome: .skipped(reason), fillings: 0, worstRatio: 0, reproduction: nil)
  }
}

/// Checks kernels without timing them: several fillings, memory that ends at guard pages.
public final class Verifier {
  private let plan: Plan
  private let tiled: Catalogue
  private let teams = Teams()
  private let isInterrupted: () -> Bool

  /// - Parameters:
  ///   - plan: kernels, instruction sets, thread counts, data.
  ///   - tiled: kernels besides the reference.
  public init(plan: Plan, tiled: Catalogue, isInterrupted: @escaping () -> Bool) {
    self.plan = plan
    self.tiled = tiled
    self.isInterrupted = isInterrupted
  }

  /// Checks of one workload, one per kernel, instruction set and thread count; those that an interruption left without
  /// a comparison have none.
  public func check(_ workload: Workload) throws -> [Check] {
    let candidates = plan.candidates(workload, reference: ReferenceKernel(), tiled: tiled)
    do { try Shortage.check(Footprint(workload).peak()) } catch {
      return candidates.map { Check(skipping: $0, of: workload, "\(error)") }
    }
    var tallies: [Tally] = []
    var skipped: [Check] = []
    for candidate in candidates {
      switch candidate.choice {
      case .none(_, let reason): skipped.append(Check(skipping: candidate, of: workload, reason))
      case .kernel(let kernel, _):
        for threads in candidate.isReference ? [1] : plan.threads {
          if let shortage = teams.shortage(of: threads) {
            skipped.append(Check(skipping: candidate, of: workload, threads: threads, "\(shortage)"))
          } else {
            tallies.append(Tally(candidate: candidate, kernel: kernel, threads: threads))
          }
        }
      }
    }
    if !plan.data.isDense {
      let chosen: Subject
      do { chosen = try Subject(workload, data: plan.data, seed: plan.seed, backing: .guarded) } catch let
        mismatch as DataMismatch
      { return candidates.map { Check(skipping: $0, of: workload, "\(mismatch)") } }
      try compare(chosen, &tallies) { _ in true }
    }
    for filling in Filling.allCases where !isInterrupted() {
      let subject = try Subject(workload, filling: filling, seed: plan.seed, backing: .guarded)
      try compare(subject, &tallies) { $0.takes(filling) }
    }
    teams.rest()
    return tallies.filter(\.isChecked).map { $0.check(workload, plan) } + skipped
  }

  private func compare(
    _ subject: Subject, _ tallies: inout [Tally], _ isTaken: (Candidate) -> Bool
  ) throws {
    let verification = Verification(seed: plan.seed, backing: .guarded)
    let oracle = try subject.oracle()
    for range in Candidate.runs(tallies.map(\.candidate)) {
      let candidate = tallies[range.lowerBound].candidate
      guard isTaken(candidate) else { continue }
      let cases: [Case]
      do {
        cases = try verification.cases(candidate, subject, threads: tallies[range].map(\.threads)) {
          try teams[$0]
        }
      } catch let shortage as Shortage {
        for index in range { tallies[index].shortage = "\(shortage)" }
        continue
      } catch let error as OperatorError {
        // It took the operator, and the weights are the operator's: the kernel is wrong.
        for index in range { tallies[index].failure = "\(error)" }
        continue
      }
      for (index, verdict) in zip(range, verification.verdicts(cases, subject, oracle: oracle)) {
        tallies[index].judgement.note(verdict)
      }
    }
  }
}

/// The judgement of one combination over all inputs.
private struct Tally {
  let candidate: Candidate
  let kernel: any Kernel
  let threads: Int
  var judgement = Judgement()
  /// Why a filling was left out.
  var shortage: String?
  /// Why the kernel could not be prepared.
  var failure: String?

  /// An interruption may have come before.
  var isChecked: Bool { judgement.hasCompared || shortage != nil || failure != nil }

  init(candidate: Candidate, kernel: any Kernel, threads: Int) {
    self.candidate = candidate
    self.kernel = kernel
    self.threads = threads
  }

  func check(_ workload: Workload, _ plan: Plan) -> Check {
    let outcome: Check.Outcome =
      switch judgement.outcome {
      case _ where failure != nil: .wrong(failure ?? "")
      case .disagrees(let reason): .wrong(reason)
      case _ where shortage != nil: .skipped(shortage ?? "")
      case .mistrusted(let reason): .mistrusted(reason)
      case .agrees: .right
      }
    let isWell = outcome == .right || shortage != nil && !judgement.isWrong && failure == nil
    let reproduction = Reproduction(
      workload, kernel: kernel.name, isa: candidate.isa, threads: threads, seed: plan.seed, data: plan.data)
    return Check(
      workload: workload, kernel: kernel.name, isa: candidate.isa.rawValue, threads: threads,
      outcome: outcome, fillings: judgement.fillings, worstRatio: judgement.worstRatio,
      reproduction: isWell ? nil : reproduction)
  }
}
