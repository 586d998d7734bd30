import Kernels
import Operators
import Tensors

/// A kernel that cannot be prepared.
struct Unpreparable: Kernel {
  let name = "tiled/unpreparable"
  func support(_ op: any Operator, _ inputs: [TensorType], isa: ISA) -> Support { .yes(Form(cycles: 1)) }
  func prepare(_ task: KernelTask) throws -> any Prepared {
    throw OperatorError("no luck with \(task.op.keyword)")
  }
}

/// A kernel whose workspace no machine has.
struct Greedy: Kernel {
  let name = "tiled/greedy"
  func support(_ op: any Operator, _ inputs: [TensorType], isa: ISA) -> Support { .yes(Form(cycles: 1)) }
  func prepare(_ task: KernelTask) throws -> any Prepared { PreparedGreedy() }
}

private struct PreparedGreedy: Prepared {
  func workspace(threads: Int) -> Int { threads << 45 }
  func bind(_ memory: CallMemory, threads: Int) -> [Region] { [] }
}
