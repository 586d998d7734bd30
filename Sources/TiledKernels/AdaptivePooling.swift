import Kernels
import Operators
import Tensors

/// Means over windows that divide a plane.
struct AdaptivePooling: Kernel {
  let name = "tiled/adaptive-pool"

  func support(_ op: any Operator, _ inputs: [Shape], isa: ISA) -> Support {
    op is AdaptivePool ? .yes(Abilities(preference: 1)) : .no("computes adaptive pools only")
  }

  func prepare(_ task: KernelTask) throws -> any Prepared {
    guard let pool = task.op as? AdaptivePool else {
      preconditionFailure("\(task.op.text) is no adaptive pool")
    }
    return PlanePool(pool, task.inputs[0]).prepare(task.micro)
  }
}
