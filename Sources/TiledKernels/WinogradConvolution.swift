import Kernels
import MicroKernelAPI
import Operators
import Tensors

/// Convolution with 3 × 3 taps and a stride of 1 by Winograd's minimal filtering F(m × m, 3 × 3): (m + 2)² products for m²
/// outputs instead of 9·m², at the price of larger rounding errors.
struct WinogradConvolution: Kernel {
  /// m, the outputs of a tile along one axis: 2, 4 or 6.
  let size: Int

  var name: String { "tiled/winograd\(size)" }

  var exact: (any Kernel)? { nil }

  func support(_ op: any Operator, _ inputs: [TensorType], isa: ISA) -> Support {
    guard let conv = op as? Conv2D, let reduced = try? ReducedConvolution(conv, inputs),
      Self.isPossible(reduced.conv)
    else {
      return .no("computes convolutions with 3×3 taps, no stride and no dilation only")
    }
    let channels = reduced.input.c / conv.groups
    return .yes(
      Form(
        epilogues: Epilogue.of(conv),
        errorGrowth: WinogradMatrices(outputs: size).errorGrowth(channels: channels),
        cycles: cycles(reduced, isa.microKernels)))
  }

  private static func isPossible(_ conv: Conv2D) -> Bool {
    conv.kernel == Pair(3) && conv.stride == Pair(1) && conv.dilation == Pair(1)
  }

  func prepare(_ task: KernelTask) throws -> any Prepared { try PreparedWinograd(task, size: size) }
}

extension WinogradConvolution {
  /// Cycles of a point of a vector: on its way from an image to a transformed tile, and from sums of products to an image.
  private static let (pointIn, pointOut) = (4.0, 4.0)

  func cycles(_ reduced: ReducedConvolution, _ micro: MicroKernels) -> Double {
    let (groups, lanes) = (reduced.conv.groups, micro.lanes)
    let channelBlocks = groups * ceilDivide(reduced.input.c / groups, lanes)
    let outputBlocks = groups * ceilDivide(reduced.outputsPerGroup, micro.outputBlock)
    let blocking = WinogradBlocking(
      size: size, output: reduced.output, channels: channelBlocks * lanes, outputBlocks: outputBlocks)
    let points = (size + 2) * (size + 2)
    let tiles = blocking.rows.count * blocking.columns.count
    let depth = channelBlocks / groups * lanes
    let products = Cycles.blockedProducts(
      pixels: ceilDivide(tiles, blocking.blocks), depth: depth, micro)
    let transforms =
      Self.pointIn * Double(channelBlocks) + Self.pointOut * Double(outputBlocks * micro.outputBlock / lanes)
    let multiplying = Double(blocking.blocks * outputBlocks * points) * products
    return Double(blocking.isShared ? 2 : 1) * Cycles.region + multiplying
      + transforms * Double(tiles * points)
      + Cycles.weights(outputBlocks * micro.outputBlock * depth * points, passes: blocking.blocks)
  }
}
