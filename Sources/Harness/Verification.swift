import Kernels
import Measurement
import Operators
import ReferenceKernels
import Tensors

/// Compares kernels with the oracle.
struct Verification {
  let seed: UInt64
  let backing: Backing

  /// Prepares the kernel of a candidate on a subject and makes one case per thread count.
  /// - Throws: `Shortage` if the machine has not the memory for all of them, `ThreadShortage`, or what `prepare` throws.
  func cases(
    _ candidate: Candidate, _ subject: Subject, threads: [Int], teams: (Int) throws -> Team
  ) throws -> [Case] {
    guard case .kernel(let kernel, _) = candidate.choice else { return [] }
    var prepared: (any Prepared)?
    let task = KernelTask(
      subject.workload.op, subject.inputs.map(\.shape), weights: subject.weights, isa: candidate.isa)
    let time = try Clock.time { prepared = try kernel.prepare(task) }
    guard let prepared else { return [] }
    let floats = threads.reduce(0) { $0 + prepared.workspace(threads: $1) + subject.workload.output.count }
    try Shortage.check(floats * MemoryLayout<Float>.stride)
    return try threads.map {
      try Case(candidate, kernel.name, prepared, time, subject, team: try teams($0), backing: backing)
    }
  }

  /// Runs each case once and compares: with the oracle under its bound, and with the first case bit for bit.
  func verdicts(
    _ cases: [Case], _ subject: Subject, oracle: Oracle, onStep: (Step) -> Void = { _ in }
  ) -> [Verdict] {
    var first: Tensor<Float>?
    return cases.map { item in
      // What is not written stays NaN, or a number where NaN would be right.
      onStep(Step(.verify, item.key))
      item.poison(subject.hasNaN ? 12345 : .nan)
      item.run()
      let agreement = oracle.compare(item.output)
      let wrong = wrong(agreement, item, subject, oracle, first: first)
      if first == nil { first = item.output }
      return Verdict(agreement, wrong: wrong, input: subject.words)
    }
  }

  private func wrong(
    _ agreement: Agreement, _ item: Case, _ subject: Subject, _ oracle: Oracle, first: Tensor<Float>?
  ) -> String? {
    if let i = agreement.firstWrong {
      let (found, bound) = (item.output.pointer[i], oracle.bound(i))
      let expected = bound == 0 ? "exactly \(oracle.value(i))" : "\(oracle.value(i)) ± \(bound)"
      return
        "\(agreement.wrong) of \(agreement.count) outputs wrong with \(subject.words), the first at \(i): "
        + "\(found), expected \(expected)"
    }
    if let first, let i = Verification.firstDifference(first, item.output) {
      return "output \(i) has other bits with \(item.threads) threads than with fewer, \(subject.words): "
        + "\(item.output.pointer[i]) and \(first.pointer[i])"
    }
    return nil
  }

  private static func firstDifference(_ a: Tensor<Float>, _ b: Tensor<Float>) -> Int? {
    a.buffer.indices.first { a.pointer[$0].bitPattern != b.pointer[$0].bitPattern }
  }
}
