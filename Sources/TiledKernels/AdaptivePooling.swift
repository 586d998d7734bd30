import Kernels
import Operators
import Tensors

/// Means over windows that divide a plane.
struct AdaptivePooling: Kernel {
  let name = "tiled/adaptive-pool"

  func support(_ op: any Operator, _ inputs: [TensorType], isa: ISA) -> Support {
    guard op is AdaptivePool else { return .no("computes adaptive pools only") }
    return .yes(Form(cycles: Cycles.sweeps((try? op.cost(inputs).flops) ?? 0)))
  }

  func prepare(_ task: KernelTask) throws -> any Prepared {
    guard let pool = task.op as? AdaptivePool else {
      preconditionFailure("\(task.op.text) is no adaptive pool")
    }
    return PlanePool(pool, task.inputs[0].shape).prepare(task.micro)
  }
}
