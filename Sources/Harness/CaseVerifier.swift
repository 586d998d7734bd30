import Kernels
import ReferenceKernels
import Roofs
import Workloads

/// Verifies the one case that a plan names, for those who look at it more closely; the last one is kept.
package final class CaseVerifier {
  private let plan: Plan
  private let tiled: Catalogue
  private let teams = Teams()
  private var last: (workloadText: String, item: Case)?

  /// - Parameter plan: one kernel, instruction set and thread count.
  package init(plan: Plan, tiled: Catalogue) { (self.plan, self.tiled) = (plan, tiled) }

  /// A case whose result is right.
  /// - Parameter spare: bytes that are needed besides.
  /// - Throws: `SeveralCases`, `UsageError` if no kernel computes the workload, `WrongResult`, or what preparing throws.
  package func verified(_ workload: Workload, spare: Int) throws -> Case {
    if let last, last.workloadText == workload.text { return last.item }
    let item = try verify(workload, spare: spare)
    last = (workload.text, item)
    return item
  }

  private func verify(_ workload: Workload, spare: Int) throws -> Case {
    try Shortage.check(Footprint(workload).peak() + spare)
    let candidates = plan.candidates(workload, reference: ReferenceKernel(), tiled: tiled)
    guard let candidate = candidates.first, candidates.count == 1 else {
      throw SeveralCases(kernels: candidates.map(\.kernelName))
    }
    if let reason = candidate.refusal { throw UsageError("\(workload.shownName): \(reason)") }
    let threads = candidate.isReference ? 1 : plan.threads[0]
    let verification = Verification(seed: plan.seed, backing: .aligned)
    let subject = try Subject(workload, data: plan.data, seed: plan.seed, backing: .aligned)
    let cases = try verification.cases(candidate, subject, threads: [threads]) { try teams[$0] }
    var judged: [Judged] = []
    let time = try subject.withOracle { judged = verification.judge(cases, subject, oracle: $0) }
    try verification.compareFurther(&judged, subject, oracleTime: time) { try teams[$0] }
    switch judged[0].judgement.outcome {
    case .agrees: return cases[0]
    case .disagrees(let reason), .mistrusted(let reason):
      throw WrongResult(
        reason: "\(workload.name) \(cases[0].kernelName): \(reason)",
        reproduction: Reproduction(
          workload, kernel: cases[0].kernelName, isa: candidate.isa, threads: threads, seed: plan.seed,
          data: plan.data))
    }
  }
}

/// A result that is wrong or cannot be trusted where only a right one is of use.
public struct WrongResult: Error {
  /// One sentence: the case and what is wrong.
  public let reason: String
  /// How to see it again.
  public let reproduction: Reproduction
}

/// More or fewer than the one case that was expected.
public struct SeveralCases: Error {
  /// Those that the plan names.
  public let kernels: [String]
}
