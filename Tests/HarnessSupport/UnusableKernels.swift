import Kernels
import Operators
import Tensors

/// A kernel that cannot be prepared.
package struct Unpreparable: Kernel {
  package let name = "tiled/unpreparable"
  package init() {}
  package func support(_ op: any Operator, _ inputs: [TensorType], isa: ISA) -> Support {
    .yes(Form(cycles: 1))
  }
  package func prepare(_ task: KernelTask) throws -> any Prepared {
    throw OperatorError("no luck with \(task.op.keyword)")
  }
}

/// A kernel whose workspace no machine has.
package struct Greedy: Kernel {
  package let name = "tiled/greedy"
  package init() {}
  package func support(_ op: any Operator, _ inputs: [TensorType], isa: ISA) -> Support {
    .yes(Form(cycles: 1))
  }
  package func prepare(_ task: KernelTask) throws -> any Prepared { PreparedGreedy() }
}

private struct PreparedGreedy: Prepared {
  func workspace(threads: Int) -> Int { threads << 45 }
  func bind(_ memory: CallMemory, threads: Int) -> [Region] { [] }
}
