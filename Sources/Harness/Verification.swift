import Glibc
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
  /// - Throws: `Shortage` if the machine has not the memory for all of them, `ThreadShortage`, or what `prepare` throws: an
  ///   `OperatorError` with the kernel's name.
  func cases(
    _ candidate: Candidate, _ subject: Subject, threads: [Int], teams: (Int) throws -> Team
  ) throws -> [Case] {
    guard case .kernel(let kernel, _) = candidate.choice else { return [] }
    var prepared: (any Prepared)?
    let task = KernelTask(
      subject.workload.op, subject.workload.inputs, weights: subject.weights, isa: candidate.isa,
      form: candidate.form)
    let time: Seconds
    do { time = try Clock.time { prepared = try kernel.prepare(task) } } catch let error as OperatorError {
      throw OperatorError("\(kernel.name) cannot prepare \(subject.workload.op.text): \(error)")
    }
    guard let prepared else { return [] }
    let outputs = subject.workload.outputs.reduce(0) { $0 + $1.bytes }
    let bytes = threads.reduce(0) { sum, threads in
      sum + outputs + prepared.workspace(threads: threads) * MemoryLayout<Float>.stride
    }
    try Shortage.check(bytes)
    return try threads.map {
      try Case(candidate, kernel.name, prepared, time, subject, team: try teams($0), backing: backing)
    }
  }

  /// Runs each case once and compares: with the oracle under its bound, and with the first case bit for bit.
  func verdicts(
    _ cases: [Case], _ subject: Subject, oracle: Oracle, onStep: (Step) -> Void = { _ in }
  ) -> [Verdict] {
    var first: Case?
    return cases.map { item in
      // What is not written stays NaN, or a number where NaN would be right.
      onStep(Step(.verify, item.key))
      item.poison(subject.hasNaN ? 12345 : .nan)
      item.run()
      let agreement = oracle.compare(item.outputs, growth: item.candidate.form?.errorGrowth ?? 1)
      let wrong = wrong(agreement, item, subject, oracle, first: first)
      if first == nil { first = item }
      return Verdict(agreement, wrong: wrong, input: subject.words)
    }
  }

  private func wrong(
    _ agreement: Agreement, _ item: Case, _ subject: Subject, _ oracle: Oracle, first: Case?
  ) -> String? {
    let growth = item.candidate.form?.errorGrowth ?? 1
    if let wrong = Self.sentence(agreement, item.outputs, growth: growth, subject, oracle) { return wrong }
    if let first, let i = Verification.firstDifference(first, item) {
      return "output \(i) has other bits with \(item.threads) threads than with fewer, \(subject.words): "
        + "\(item.outputs.words(i)) and \(first.outputs.words(i))"
    }
    return nil
  }

  /// What is wrong with outputs, in words; nil: nothing.
  /// - Parameter growth: how many times as large as the formula's their errors may be.
  static func sentence(
    _ agreement: Agreement, _ outputs: [any AnyTensor], growth: Double, _ subject: Subject, _ oracle: Oracle
  ) -> String? {
    if let (output, found, expected) = oracle.wrongRows(outputs) {
      return "output \(output) has \(found) rows with \(subject.words), expected exactly \(expected)"
    }
    guard let i = agreement.firstWrong else { return nil }
    let bound = oracle.bound(i, growth: growth)
    let expected = bound == 0 ? "exactly \(oracle.value(i))" : "\(oracle.value(i)) ± \(bound)"
    return
      "\(agreement.wrong) of \(agreement.count) outputs wrong with \(subject.words), the first at \(i): "
      + "\(outputs.words(i)), expected \(expected)"
  }

  /// The number of the first element of all outputs that has other bits; what lies after the last row that holds a value
  /// has no meaning.
  private static func firstDifference(_ a: Case, _ b: Case) -> Int? {
    var first = 0
    for (x, y) in zip(a.outputs, b.outputs) {
      let size = x.element.bytes
      if x.rows.pointee != y.rows.pointee { return first }
      let rows = min(max(0, x.rows.pointee), x.shape.n)
      if memcmp(x.address, y.address, x.memory.count / max(1, x.shape.n) * rows) != 0 {
        let byte = zip(x.memory, y.memory).enumerated().first { $1.0 != $1.1 }?.offset ?? 0
        return first + byte / size
      }
      first += x.shape.count
    }
    return nil
  }
}

extension [any AnyTensor] {
  /// An element, numbered through all tensors one after the other.
  fileprivate func words(_ index: Int) -> String {
    var rest = index
    for output in self {
      if rest < output.shape.count {
        let value = output.number(rest)
        return output.element == .float32 ? "\(Float(value))" : "\(value)"
      }
      rest -= output.shape.count
    }
    return "nothing"
  }
}
