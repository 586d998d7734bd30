import Kernels
import Measurement
import Operators
import ReferenceKernels
import Tensors
import Workloads

typealias Judged = (item: Case, judgement: Judgement)

extension Verification {
  /// Where the oracle takes longer than this, `run` compares integers only if the first comparison was coarse.
  static let longestOracle = Seconds(0.2)

  /// Judges cases by their results with the inputs that are timed.
  func judge(
    _ cases: [Case], _ subject: Subject, oracle: Oracle, onStep: (Step) -> Void = { _ in }
  ) -> [Judged] {
    zip(cases, verdicts(cases, subject, oracle: oracle, onStep: onStep)).map { item, verdict in
      var judgement = Judgement()
      judgement.note(verdict)
      return (item, judgement)
    }
  }

  /// Compares with other inputs than those that are timed, as many as it takes to be sure: dense ones in any case, integers
  /// where they cost little or the bound of dense input forgives too much, the others while no comparison tells.
  ///
  /// Memory that is not there leaves `judged` as it is.
  /// - Parameter oracleTime: how long the oracle took for the first comparison.
  func compareFurther(
    _ judged: inout [Judged], _ subject: Subject, oracleTime: Seconds, isInterrupted: () -> Bool = { false },
    onStep: (Step) -> Void = { _ in }, teams: (Int) throws -> Team
  ) throws {
    let (workload, isDense) = (subject.workload, subject.data.isDense)
    let isQuick = oracleTime <= Verification.longestOracle
    for filling in Filling.allCases where !(filling == .dense && isDense) && !isInterrupted() {
      let runs = Candidate.runs(judged.map(\.item.candidate)).filter { range in
        judged[range].contains { Self.needs(filling, $0, workload, isQuick: isQuick) }
      }
      if runs.isEmpty { continue }
      guard (try? Shortage.check(Footprint(workload).peak())) != nil else { return }
      try compare(filling, runs, &judged, workload, onStep: onStep, teams: teams)
    }
  }

  private static func needs(
    _ filling: Filling, _ judged: Judged, _ workload: Workload, isQuick: Bool
  ) -> Bool {
    let (candidate, judgement) = (judged.item.candidate, judged.judgement)
    if judgement.isWrong || !candidate.takes(filling) { return false }
    switch filling {
    case .dense: return true
    // What is deep saturates or leaves the range of `Float` with integers.
    case .integers where !workload.isDeep: return isQuick || !judgement.isFine
    case .integers, .negative, .nan, .infinities: return !judgement.isTelling
    }
  }

  private func compare(
    _ filling: Filling, _ runs: [Range<Int>], _ judged: inout [Judged], _ workload: Workload,
    onStep: (Step) -> Void, teams: (Int) throws -> Team
  ) throws {
    onStep(Step(.oracle))
    let subject = try Subject(workload, filling: filling, seed: seed, backing: backing)
    _ = try subject.withOracle { oracle in
      for range in runs {
        // All thread counts had the same bits before; what was timed then may have been zeros.
        let items = judged[filling == .dense ? range : range.lowerBound..<range.lowerBound + 1].map(\.item)
        onStep(Step(.verify, items[0].key))
        let cases: [Case]
        do {
          cases = try self.cases(items[0].candidate, subject, threads: items.map(\.threads), teams: teams)
        } catch is Shortage { continue }
        let verdicts = verdicts(cases, subject, oracle: oracle, onStep: onStep)
        for i in range { judged[i].judgement.note(verdicts[min(i - range.lowerBound, verdicts.count - 1)]) }
      }
    }
  }
}

extension Workload {
  /// Whether rounding errors grow through so many layers that only a probable bound tells.
  fileprivate var isDeep: Bool { (try? Oracle.growth(op, inputs)) == .probable }
}

extension Candidate {
  /// Exact integers, NaN and infinities are for direct kernels: a transform mixes inputs. So does padding that is multiplied.
  func takes(_ filling: Filling) -> Bool {
    switch filling {
    case .dense, .negative: true
    case .integers: isDirect
    case .nan, .infinities: isDirect && form?.keepsNonFinite == true
    }
  }
}
