import Kernels
import Operators
import Tensors

/// A sum whose last bit is wrong: within every bound, but no longer an integer.
struct InexactAdd: Kernel {
  var isDirect = true
  let name = "tiled/inexact"

  func support(_ op: any Operator, _ inputs: [TensorType], isa: ISA) -> Support {
    .yes(Form(errorGrowth: isDirect ? 1 : 2, cycles: 1))
  }

  func prepare(_ task: KernelTask) throws -> any Prepared { PreparedSum(count: task.inputs[0].count) }
}

private struct PreparedSum: Prepared {
  let count: Int

  func workspace(threads: Int) -> Int { 0 }

  func bind(_ memory: CallMemory, threads: Int) -> [Region] {
    [
      Region("inexact", tiles: 1) { _, _ in
        for i in 0..<count {
          let sum = memory.inputs[0][i] + memory.inputs[1][i]
          memory.outputs[0][i] = sum.isFinite && sum != 0 ? sum.nextUp : sum
        }
      }
    ]
  }
}
