import Kernels
import Measurement
import Operators
import ReferenceKernels
import Tensors

/// What verification found out about a case.
struct Verdict: Equatable {
  enum Outcome: Equatable {
    case agrees
    case disagrees(String)
    case mistrusted(String)
  }

  var outcome = Outcome.agrees
  /// Of dense input.
  var agreement = Agreement()
}

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
    let task = Task(
      subject.workload.op, subject.inputs.map(\.shape), weights: subject.weights, isa: candidate.isa)
    let time = try Clock.time { prepared = try kernel.prepare(task) }
    guard let prepared else { return [] }
    let floats = threads.reduce(0) { $0 + prepared.workspace(threads: $1) + subject.workload.output.count }
    try Shortage.check(floats * MemoryLayout<Float>.stride)
    return try threads.map {
      try Case(candidate, kernel.name, prepared, time, subject, team: try teams($0), backing: backing)
    }
  }

  /// Runs each case once and compares: with the oracle under its bound, with the first case bit for bit, and direct
  /// kernels exactly if the numbers are exact integers.
  func verdicts(
    _ cases: [Case], _ subject: Subject, oracle: Oracle, onStep: (Step) -> Void = { _ in }
  ) -> [Verdict] {
    var first: Tensor<Float>?
    return cases.map { item in
      // What is not written stays NaN, or a number where NaN would be right.
      onStep(Step(.verify, item.key))
      item.poison(subject.filling == .nan ? 12345 : .nan)
      item.run()
      var verdict = Verdict()
      verdict.agreement = oracle.compare(item.output)
      verdict.outcome = judge(verdict.agreement, item, subject, oracle, first: first)
      if first == nil { first = item.output }
      return verdict
    }
  }

  private func judge(
    _ agreement: Agreement, _ item: Case, _ subject: Subject, _ oracle: Oracle, first: Tensor<Float>?
  ) -> Verdict.Outcome {
    let input = "\(subject.filling.rawValue) input"
    if let i = agreement.firstWrong {
      let found = item.output.pointer[i]
      return .disagrees(
        "\(agreement.wrong) of \(agreement.count) outputs wrong with \(input), the first at \(i): "
          + "\(found), expected \(oracle.value(i)) ± \(oracle.bound(i))")
    }
    if subject.filling == .integers, subject.workload.op.isExactOnIntegers, item.candidate.isDirect,
      let i = item.output.buffer.indices.first(where: { Double(item.output.pointer[$0]) != oracle.value($0) })
    {
      return .disagrees(
        "output \(i) is \(item.output.pointer[i]) with integer input, expected exactly \(oracle.value(i))")
    }
    if let first, let i = Verification.firstDifference(first, item.output) {
      return .disagrees(
        "output \(i) has other bits with \(item.threads) threads than with fewer, \(input): "
          + "\(item.output.pointer[i]) and \(first.pointer[i])")
    }
    if !agreement.isTelling {
      return .mistrusted("a result of zeros would have agreed as well with \(input)")
    }
    return .agrees
  }

  private static func firstDifference(_ a: Tensor<Float>, _ b: Tensor<Float>) -> Int? {
    a.buffer.indices.first { a.pointer[$0].bitPattern != b.pointer[$0].bitPattern }
  }
}
