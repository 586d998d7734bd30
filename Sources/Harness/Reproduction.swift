import Kernels
import Records
import Workloads

/// The case of a wrong result, with all that it takes to see it again.
public struct Reproduction: Equatable, Sendable {
  /// The workload's text.
  public let workloadText: String
  /// The kernel's own name.
  public let kernel: String
  /// Instruction set.
  public let isa: String
  /// Thread count.
  public let threads: Int
  /// Of inputs and weights.
  public let seed: Int
  /// What inputs and weights held, as in a record.
  public let data: String
  /// The command of the contender that `kernel` names; nil: it is a kernel of this build.
  public let contender: String?
}

extension Reproduction {
  init(
    _ workload: Workload, kernel: String, isa: ISA, threads: Int, seed: UInt64, data: DataChoice
  ) {
    self.init(
      workloadText: workload.text, kernel: kernel, isa: isa.rawValue, threads: threads,
      seed: Int(truncatingIfNeeded: seed), data: data.text, contender: nil)
  }

  /// The case of a row.
  init(_ record: Record) {
    self.init(
      workloadText: record.workloadText, kernel: record.kernel, isa: record.isa, threads: record.threads ?? 1,
      seed: record.seed ?? 1, data: record.data,
      contender: record.isa.isEmpty ? record.requestedKernel : nil)
  }
}
