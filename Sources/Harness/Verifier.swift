import Kernels
import Measurement
import Operators
import ReferenceKernels
import Roofs
import Tensors

/// One checked combination of workload, kernel, instruction set and thread count.
public struct Check: Sendable {
  public enum Outcome: Sendable, Equatable {
    case right
    case skipped(String)
    case wrong(String)
    case mistrusted(String)
  }

  public let workload: Workload
  public let kernel: String
  public let isa: String
  public let threads: Int?
  public let outcome: Outcome
  /// Fillings under which a wrong result would have been noticed.
  public let fillings: Int
  /// Largest error ÷ bound over all fillings.
  public let worstRatio: Double
  public let reproduction: String?
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
    for filling in Filling.allCases where !isInterrupted() { try compare(workload, filling, &tallies) }
    teams.rest()
    return tallies.filter(\.isChecked).map { $0.check(workload, seed: plan.seed) } + skipped
  }

  private func compare(_ workload: Workload, _ filling: Filling, _ tallies: inout [Tally]) throws {
    let verification = Verification(seed: plan.seed, backing: .guarded)
    let subject = try Subject(workload, filling: filling, seed: plan.seed, backing: .guarded)
    let oracle = try subject.oracle()
    for range in Candidate.runs(tallies.map(\.candidate)) {
      let candidate = tallies[range.lowerBound].candidate
      // A transform mixes inputs: one NaN spoils outputs that the formula keeps clean.
      guard filling.isFinite || candidate.isDirect else { continue }
      let cases: [Case]
      do {
        cases = try verification.cases(candidate, subject, threads: tallies[range].map(\.threads)) {
          try teams[$0]
        }
      } catch let shortage as Shortage {
        for index in range { tallies[index].shortage = "\(shortage)" }
        continue
      }
      for (index, verdict) in zip(range, verification.verdicts(cases, subject, oracle: oracle)) {
        tallies[index].note(verdict)
      }
    }
  }
}

/// The verdicts on one combination over all fillings.
private struct Tally {
  let candidate: Candidate
  let kernel: any Kernel
  let threads: Int
  private(set) var fillings = 0
  private var hasCompared = false
  private var worstRatio = 0.0
  private var wrong: String?
  private var mistrusted: String?
  private var isTelling = false
  /// Why a filling was left out.
  var shortage: String?

  /// An interruption may have come before.
  var isChecked: Bool { hasCompared || shortage != nil }

  init(candidate: Candidate, kernel: any Kernel, threads: Int) {
    self.candidate = candidate
    self.kernel = kernel
    self.threads = threads
  }

  mutating func note(_ verdict: Verdict) {
    hasCompared = true
    if verdict.agreement.isTelling { fillings += 1 }
    let agreement = verdict.agreement
    if agreement.bound > 0 { worstRatio = max(worstRatio, agreement.worstError / agreement.bound) }
    switch verdict.outcome {
    case .agrees: isTelling = true
    case .disagrees(let reason): wrong = wrong ?? reason
    case .mistrusted(let reason): mistrusted = mistrusted ?? reason
    }
  }

  func check(_ workload: Workload, seed: UInt64) -> Check {
    // A filling under which nothing can go wrong (ReLU of negative input) is no flaw if another one tells.
    let outcome: Check.Outcome =
      if let wrong { .wrong(wrong) } else if let shortage {
        .skipped(shortage)
      } else if let mistrusted, !isTelling { .mistrusted(mistrusted) } else {
        .right
      }
    let isWell = outcome == .right || shortage != nil && wrong == nil
    let line = Reproduction.line(
      workload, kernel: kernel.name, isa: candidate.isa, threads: threads, seed: seed)
    return Check(
      workload: workload, kernel: kernel.name, isa: candidate.isa.rawValue, threads: threads,
      outcome: outcome,
      fillings: fillings, worstRatio: worstRatio, reproduction: isWell ? nil : line)
  }
}
