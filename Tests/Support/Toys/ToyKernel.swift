import Kernels
import Operators
import ReferenceKernels
import Tensors

/// What may be wrong with a toy's kernel.
public enum ToyFlaw: CaseIterable, Sendable {
  /// Of a maximum: the first index is one too large.
  case nextIndex
  /// Of a maximum: no index is written.
  case lacksSecondOutput
  /// Of a maximum: indices grow with the team.
  case dependsOnThreads
  /// Of a suppression: the last box that was kept is not counted.
  case oneRowLess
  /// Of a suppression: the number of boxes is not written.
  case tellsNoRows
  /// Of a gradient: half the weight decay.
  case otherDecay
  /// Of a suppression, and no flaw: rows that hold no values differ from call to call.
  case leavesRemains
  /// Nothing.
  case none
}

/// An operator for tests that has a formula and loops of a kernel.
public protocol ToyOperator: ReferenceOperator {
  /// What computes it on a team.
  func regions(_ memory: CallMemory, _ inputs: [TensorType], _ flaw: ToyFlaw, threads: Int) -> [Region]
}

/// The kernel for all toys.
public struct ToyKernel: Kernel {
  public let name = "tiled/toy"
  let flaw: ToyFlaw

  public init(_ flaw: ToyFlaw = .none) { self.flaw = flaw }

  public func support(_ op: any Operator, _ inputs: [TensorType], isa: ISA) -> Support {
    op is any ToyOperator ? .yes(Form(cycles: 1)) : .no("computes toys only")
  }

  public func prepare(_ task: KernelTask) throws -> any Prepared {
    guard let op = task.op as? any ToyOperator else { throw OperatorError("computes toys only") }
    return PreparedToy(op: op, inputs: task.inputs, flaw: flaw)
  }
}

private struct PreparedToy: Prepared {
  let op: any ToyOperator
  let inputs: [TensorType]
  let flaw: ToyFlaw

  func workspace(threads: Int) -> Int { 0 }

  func bind(_ memory: CallMemory, threads: Int) -> [Region] {
    op.regions(memory, inputs, flaw, threads: threads).map { $0.computing("") }
  }
}
