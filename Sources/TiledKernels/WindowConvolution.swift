import Kernels
import MicroKernelAPI
import Operators
import Tensors

/// Convolution by windows, where neither rows of pixels nor output channels make vectors: see `DotProducts`, `WindowDots` and
/// `WindowPanels`.
struct WindowConvolution: Kernel {
  let name = "tiled/windows"

  private enum Way {
    /// The window is the image.
    case image
    case dots
    case panels
  }

  func support(_ op: any Operator, _ inputs: [TensorType], isa: ISA) -> Support {
    guard let conv = op as? Conv2D, let reduced = try? ReducedConvolution(conv, inputs) else {
      return .no("computes convolutions only")
    }
    let cycles = Self.best(reduced, isa.microKernels).cycles
    return .yes(Form(epilogues: Epilogue.of(conv), cycles: cycles))
  }

  private static func best(
    _ reduced: ReducedConvolution, _ micro: MicroKernels
  ) -> (way: Way, cycles: Double) {
    if reduced.windowIsImage, reduced.depth >= micro.lanes {
      let pairs = reduced.input.n * reduced.conv.outputChannels
      return (.image, 2 * Cycles.region + DotProducts.cycles(pairs: pairs, depth: reduced.depth, micro))
    }
    let dots = WindowDots.cycles(reduced, micro)
    guard let panels = WindowPanels.cycles(reduced, micro), panels < dots else { return (.dots, dots) }
    return (.panels, panels)
  }

  func prepare(_ task: KernelTask) throws -> any Prepared {
    let convolution = try ConvolutionTask(task)
    switch Self.best(convolution.reduced, task.micro).way {
    case .dots: return WindowDots(convolution, try convolution.packed(task, block: 1, inLines: true))
    case .panels: return try WindowPanels(task)
    case .image:
      return DotProducts(
        images: convolution.input.n, groups: convolution.conv.groups,
        try convolution.packed(task, block: 1, inLines: true),
        activation: convolution.activation, hasResidual: task.fusion.residual, task.micro)
    }
  }
}
