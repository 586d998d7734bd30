import Kernels
import MicroKernelAPI
import Operators
import Tensors

/// Convolution by windows, where neither rows of pixels nor output channels make vectors: see `DotProducts`, `WindowDots` and
/// `WindowPanels`.
struct WindowConvolution: Kernel {
  let name = "tiled/windows"
  /// The other kernels for convolutions.
  let others: Catalogue

  /// Of the cycles that another kernel takes: as estimates go, less than this is a gain.
  private static let worthwhile = 0.75

  private enum Way {
    /// The window is the image.
    case image
    case dots
    case panels
  }

  func support(_ op: any Operator, _ inputs: [Shape], isa: ISA) -> Support {
    guard let conv = op as? Conv2D, let reduced = try? ReducedConvolution(conv, inputs) else {
      return .no("computes convolutions only")
    }
    let (micro, other) = (isa.microKernels, others.best(conv, inputs, isa: isa)?.kernel)
    let cycles = Self.best(reduced, micro).cycles
    let isBest = (other as? any EstimatedKernel).map {
      cycles < Self.worthwhile * $0.cycles(reduced, micro)
    }
    return .yes(Abilities(epilogues: Epilogue.of(conv), preference: isBest == true ? 9 : 0))
  }

  private static func best(
    _ reduced: ReducedConvolution, _ micro: MicroKernels
  ) -> (way: Way, cycles: Double) {
    let depth = reduced.input.c / reduced.conv.groups * reduced.conv.kernel.h * reduced.conv.kernel.w
    if reduced.windowIsImage, depth >= micro.lanes {
      let pairs = reduced.input.n * reduced.conv.outputChannels
      return (.image, DotProducts.cycles(pairs: pairs, depth: depth, micro))
    }
    let dots = WindowDots.cycles(reduced, micro)
    guard let panels = WindowPanels.cycles(reduced, micro), panels < dots else { return (.dots, dots) }
    return (.panels, panels)
  }

  func prepare(_ task: KernelTask) throws -> any Prepared {
    let convolution = try ConvolutionTask(task)
    switch Self.best(convolution.reduced, task.micro).way {
    case .dots: return WindowDots(convolution, convolution.packed(task, block: 1))
    case .panels: return try WindowPanels(task)
    case .image:
      return DotProducts(
        images: convolution.input.n, groups: convolution.conv.groups, convolution.packed(task, block: 1),
        activation: convolution.activation, hasResidual: task.fusion.residual, task.micro)
    }
  }
}
