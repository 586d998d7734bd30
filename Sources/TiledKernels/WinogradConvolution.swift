import Kernels
import MicroKernelAPI
import Operators
import Tensors

/// Convolution with 3 × 3 taps and a stride of 1 by Winograd's minimal filtering F(m × m, 3 × 3): (m + 2)² products for m²
/// outputs instead of 9·m², at the price of larger rounding errors.
struct WinogradConvolution: Kernel {
  /// m, the outputs of a tile along one axis: 2, 4 or 6.
  let size: Int
  /// Bytes of a core's second cache.
  let cache: Int

  /// - Parameter cache: bytes of a core's second cache; this machine's unless said.
  init(size: Int, cache: Int = SecondCache.bytes) {
    self.size = size
    self.cache = cache
  }

  var name: String { "tiled/winograd\(size)" }

  var exact: (any Kernel)? { nil }

  func support(_ op: any Operator, _ inputs: [TensorType], isa: ISA) -> Support {
    guard let conv = op as? Conv2D, let reduced = try? ReducedConvolution(conv, inputs),
      Self.isPossible(reduced.conv)
    else {
      return .no("computes convolutions with 3×3 taps, no stride and no dilation only")
    }
    let channels = reduced.input.c / conv.groups
    let micro = isa.microKernels
    let blocking = WinogradBlocking(reduced, size: size, micro, cache: cache)
    var form = Form(
      epilogues: Epilogue.of(conv),
      errorGrowth: WinogradMatrices(outputs: size).errorGrowth(channels: channels),
      cycles: cycles(reduced, micro), detail: blocking.description)
    form.packing =
      Self.transformedWeight * Double(conv.outputChannels * channels * (size + 2) * (size + 2))
    return .yes(form)
  }

  private static func isPossible(_ conv: Conv2D) -> Bool {
    conv.kernel == Pair(3) && conv.stride == Pair(1) && conv.dilation == Pair(1)
  }

  func prepare(_ task: KernelTask) throws -> any Prepared {
    try PreparedWinograd(task, size: size, cache: cache)
  }
}

extension WinogradConvolution {
  /// Cycles of a value of a transformed filter.
  private static let transformedWeight = 4.0
  /// Of the products, what the loops around them add.
  private static let products = 1.05
  /// Cycles of a row of pixels, transposed on its way in or out, for a vector of channels.
  private static let (rowIn, rowOut) = (30.0, 100.0)
  /// Cycles of a value on its way into a transformed tile, and out of it.
  private static let (valueIn, valueOut) = (1.5, 1.0)
  /// Cycles of a value of a point, for tiles that have more points than there are registers.
  private static let manyPoints = 0.1
  /// Cycles of a byte that comes from beyond the second cache: weights, transformed tiles, images.
  private static let (farWeight, farTile, farImage) = (0.1, 0.026, 0.12)

  /// Fitted to a hundred convolutions of 16 to 512 channels on maps of 7 to 112 pixels, AVX-512 and AVX2, one thread of an Intel
  /// Sapphire Rapids, beside the direct kernel in the same rounds. What it chooses took 1 to 3 % longer than the best, on average.
  func cycles(_ reduced: ReducedConvolution, _ micro: MicroKernels) -> Double {
    let (groups, lanes, output) = (reduced.conv.groups, micro.lanes, reduced.output)
    let channelBlocks = groups * ceilDivide(reduced.input.c / groups, lanes)
    let outputBlocks = groups * ceilDivide(reduced.outputsPerGroup, micro.outputBlock)
    let blocking = WinogradBlocking(reduced, size: size, micro, cache: cache)
    let points = (size + 2) * (size + 2)
    let tiles = blocking.rows.count * blocking.columns.count
    let depth = channelBlocks / groups * lanes
    let products = Cycles.blockedProducts(pixels: ceilDivide(tiles, blocking.blocks), depth: depth, micro)
    let multiplying = Self.products * Double(blocking.blocks * outputBlocks * points) * products
    return Double(blocking.isShared ? 2 : 1) * Cycles.region + multiplying
      + transforming(reduced, blocking, channelBlocks, outputBlocks, micro)
      + moving(
        weights: 4 * outputBlocks * micro.outputBlock * depth * points,
        tiles: 4 * points * tiles * channelBlocks * lanes,
        images: 4 * (reduced.input.n * reduced.input.c * reduced.input.plane + output.count), blocking)
  }

  /// Cycles of both transforms, and of the transposes around them.
  private func transforming(
    _ reduced: ReducedConvolution, _ blocking: WinogradBlocking, _ channelBlocks: Int, _ outputBlocks: Int,
    _ micro: MicroKernels
  ) -> Double {
    let lanes = Double(micro.lanes)
    let outputVectors = Double(outputBlocks * micro.outputBlock / micro.lanes)
    let tiles = blocking.rows.count * blocking.columns.count
    let (height, width) = (blocking.mostRows * size + 2, blocking.mostColumns * size + 2)
    let rowsIn = Double(channelBlocks * blocking.blocks * height)
    let rowsOut = outputVectors * Double(blocking.columns.parts * reduced.output.n * reduced.output.h)
    let values = lanes * (Double(channelBlocks) + outputVectors) * Double(tiles * (size + 2) * (size + 2))
    return rowsIn * (Self.rowIn + Self.valueIn * lanes * Double(width)) + Self.rowOut * rowsOut
      + Self.valueOut * lanes * outputVectors * Double(tiles * size * size)
      + (size == 6 ? Self.manyPoints * values : 0)
  }

  /// Cycles of bytes that the second cache does not hold.
  private func moving(weights: Int, tiles: Int, images: Int, _ blocking: WinogradBlocking) -> Double {
    // Each batch of output channels reads the tiles again; those that all share are read back and written first.
    let passes = blocking.batches.parts + (blocking.isShared ? 2 : 1)
    let block = tiles / (blocking.isShared ? 1 : blocking.blocks)
    // Half of the cache is for sums; of more than it holds some is still there when it is read again.
    let farTiles = Double(max(0, block - cache / 2)) / Double(block) * Double(tiles)
    return Self.farWeight * Double(blocking.blocks * max(0, weights - cache - cache / 2))
      + Self.farTile * Double(passes) * farTiles + (2 * images > cache ? Self.farImage * Double(images) : 0)
  }
}
