import Kernels
import MicroKernelAPI
import Operators
import Tensors

/// Pools over windows, planes and channels.
struct Pooling: Kernel {
  let name = "tiled/pool"

  func support(_ op: any Operator, _ inputs: [TensorType], isa: ISA) -> Support {
    guard op is Pool2D || op is GlobalPool || op is ChannelPool else { return .no("computes pools only") }
    let cost = try? op.cost(inputs)
    return .yes(
      Form(cycles: Cycles.sweeps((cost?.bytes ?? 0) / 4 + (cost?.flops ?? 0) / isa.microKernels.lanes)))
  }

  func prepare(_ task: KernelTask) throws -> any Prepared {
    let input = task.inputs[0].shape
    let micro = task.micro
    switch task.op {
    case let pool as Pool2D: return PlanePool(pool, input).prepare(micro)
    case let pool as GlobalPool: return PlanePool(pool, input).prepare(micro)
    default: return PreparedChannelPool(pool: PixelPool(input, micro))
    }
  }
}

private struct PreparedChannelPool: Prepared {
  let pool: PixelPool

  func workspace(threads: Int) -> Int { pool.workspace }

  func bind(_ memory: CallMemory, threads: Int) -> [Region] {
    pool.regions(memory.inputs[0], gates: nil, into: memory.outputs[0], workspace: memory.workspace)
  }
}
