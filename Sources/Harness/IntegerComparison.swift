import Kernels
import Measurement
import Operators
import Tensors

typealias Judged = (item: Case, verdict: Verdict)

extension Verification {
  /// Where the oracle takes longer than this for dense input, `run` does without the comparison with integers.
  static let longestOracle = Seconds(0.2)

  /// Compares direct kernels with exact integers too, bit for bit: what a bound forgives shows here.
  ///
  /// One thread count will do, as all have the same bits with dense input. Where memory does not suffice, `judged` is left
  /// as it is.
  func compareIntegers(
    _ judged: inout [Judged], _ workload: Workload, onStep: (Step) -> Void, teams: (Int) throws -> Team
  ) throws {
    guard (try? Shortage.check(Footprint(workload).peak())) != nil else { return }
    onStep(Step(.oracle))
    let subject = try Subject(workload, filling: .integers, seed: seed, backing: backing)
    _ = try subject.withOracle { oracle in
      for range in Candidate.runs(judged.map(\.item.candidate)) {
        let first = judged[range.lowerBound].item
        guard first.candidate.isDirect else { continue }
        onStep(Step(.verify, first.key))
        let cases: [Case]
        do {
          cases = try self.cases(first.candidate, subject, threads: [first.threads], teams: teams)
        } catch is Shortage { continue }
        guard let exact = verdicts(cases, subject, oracle: oracle).first else { continue }
        for i in range { judged[i].verdict.outcome = judged[i].verdict.outcome.joined(exact.outcome) }
      }
    }
  }
}

extension Verdict.Outcome {
  /// The outcome of two comparisons: wrong if either is, mistrusted if neither could tell.
  func joined(_ other: Self) -> Self {
    switch (self, other) {
    case (.disagrees, _): self
    case (_, .disagrees): other
    case (.mistrusted, .mistrusted): self
    default: .agrees
    }
  }
}
