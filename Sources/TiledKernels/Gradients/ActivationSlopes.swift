import Kernels
import MicroKernelAPI
import Operators
import Tensors

/// Gradients of activations: one pass over what was kept and the gradient.
struct ActivationSlopes: Kernel {
  let name = "tiled/activation-gradient"

  func support(_ op: any Operator, _ inputs: [TensorType], isa: ISA) -> Support {
    guard let gradient = op as? ActivationGradient, gradient.activation.slope != nil else {
      return .no("computes gradients of activations only")
    }
    return .yes(Form(cycles: Cycles.sweeps(3 * inputs[0].count)))
  }

  func prepare(_ task: KernelTask) throws -> any Prepared {
    guard let slope = (task.op as? ActivationGradient)?.activation.slope else {
      preconditionFailure("\(task.op.text) is no gradient of an activation")
    }
    return PreparedSlopes(slope: slope, count: task.inputs[0].count, micro: task.micro)
  }
}

extension Activation {
  /// The micro-kernel's; nil for none.
  fileprivate var slope: ElementwiseGradient.Operation? {
    switch self {
    case .none: nil
    case .relu: .relu
    case .relu6: .relu6
    case .sigmoid: .sigmoid
    case .hardSigmoid: .hardSigmoid
    case .silu: .silu
    case .hardSwish: .hardSwish
    }
  }
}

private struct PreparedSlopes: Prepared {
  let slope: ElementwiseGradient.Operation
  let count: Int
  let micro: MicroKernels

  func workspace(threads: Int) -> Int { 0 }

  func bind(_ memory: CallMemory, threads: Int) -> [Region] {
    let (run, count, slope, micro) = (8192, count, slope, micro)
    let (kept, gradient, output) = (memory.inputs[0], memory.inputs[1], memory.outputs[0])
    return [
      Region("slopes", tiles: ceilDivide(count, run)) { tile, _ in
        let first = tile * run
        var work = ElementwiseGradient(
          slope, kept: kept + first, gradient: gradient + first, output: output + first,
          count: min(run, count - first))
        micro.run(&work)
      }.computing("")
    ]
  }
}
