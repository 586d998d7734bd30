import MicroKernelAPI

/// Estimated cycles of what kernels have in common.
///
/// The constants, here and in the kernels, were fitted to the times of every kernel on several hundred convolutions with each
/// instruction set, one thread: AMD Zen 5 at 4.5 GHz, two products of vectors a cycle. Half of all estimates are within an
/// eighth of what was measured. They compare kernels on one machine, which leaves their ratios much the same on another.
enum Cycles {
  /// Starting a region and waiting for its last tile.
  static let region = 200.0

  /// Regions that read and write so many values, most of them from a near cache.
  static func sweeps(_ values: Int, regions: Int = 1) -> Double {
    Double(regions) * region + Double(values) / 4
  }
}

/// Weights.
extension Cycles {
  /// Bytes of weights that stay in a core's own caches.
  private static let ownCache = 1 << 20
  /// Bytes a cycle from the cache that cores share, whole vectors at a time or one weight at a time.
  private static let shared = (vectors: 20.0, scalars: 6.0)

  /// Reading so many weights, in vectors of output channels, `passes` times: nothing where they stay near.
  static func weights(_ count: Int, passes: Int) -> Double {
    4 * count > ownCache ? Double(4 * passes * count) / shared.vectors : 0
  }

  /// Reading so many weights one by one, or in vectors of copies of each.
  static func scalarWeights(_ count: Int, passes: Int, _ micro: MicroKernels) -> Double {
    if micro.weightCopies > 1 { return weights(count * micro.weightCopies, passes: passes) }
    return 4 * count > ownCache ? Double(4 * passes * count) / shared.scalars : 0
  }
}

/// Tiles whose sums stay in registers, as pairs of vectors.
extension Cycles {
  /// Adding a product to both vectors of a pair, with the load of what they share; where multiplying and adding are two
  /// instructions, and there with pixels and weights side by side.
  private static let pair = (fused: 1.0, separate: 1.38, panel: 1.1)
  /// With few sums each waits for the one before it.
  private static let latency = 4.5

  /// A product for each of some pairs.
  private static func step(pairs: Int, isPanel: Bool = false, _ micro: MicroKernels) -> Double {
    let separate = isPanel ? pair.panel : pair.separate
    return max(latency, (micro.weightCopies > 1 ? separate : pair.fused) * Double(pairs))
  }

  /// Cycles of the direct micro-kernel: a call, a channel whose pixels lie in a plane or are neighbours of the channel
  /// before, and storing a value, in squares of four pixels and four channels.
  private static let direct = (call: 115.0, plane: 2.4, neighbour: 0.5, value: 0.55)

  /// Tiles of the direct micro-kernel: some pixels of `outputs` channels, each the sum of so many taps of so many channels.
  /// - Parameter plane: pixels of an input channel.
  static func direct(
    pixels: Int, channels: Int, plane: Int, taps: Int, outputs: Int, _ micro: MicroKernels
  ) -> Double {
    let tiles = ceilDivide(pixels, micro.pixelTile)
    // Their sizes differ by one pixel at most.
    let (size, larger) = (pixels / tiles, pixels % tiles)
    let steps =
      Double(tiles - larger) * step(pairs: size, micro) + Double(larger) * step(pairs: size + 1, micro)
    return steps * Double(channels * taps)
      + Double(tiles) * (direct.call + (plane > 1 ? direct.plane : direct.neighbour) * Double(channels))
      + direct.value * Double(pixels * outputs)
  }
}

/// Blocks of pixels and channels side by side.
extension Cycles {
  /// Beginning a block of channels at a tap.
  private static let blockTap = 1.0
  /// A step with one vector of output channels instead of two: each product has a load of its own.
  private static let half = 0.55

  /// Tiles of the direct micro-kernel whose channels lie in blocks: some neighbouring pixels of `outputs` channels.
  static func blocked(pixels: Int, channels: Int, taps: Int, outputs: Int, _ micro: MicroKernels) -> Double {
    let tiles = ceilDivide(pixels, micro.pixelTile)
    let (size, larger) = (pixels / tiles, pixels % tiles)
    func step(_ pixels: Int) -> Double {
      let both = Self.step(pairs: pixels, micro)
      return outputs > micro.lanes ? both : max(latency, half * both)
    }
    let steps = Double(tiles - larger) * step(size) + Double(larger) * step(size + 1)
    return steps * Double(channels * taps)
      + Double(tiles) * (direct.call + blockTap * Double(taps * ceilDivide(channels, micro.lanes)))
      + direct.value * Double(pixels * outputs)
  }

  /// Starting a run of pixels, and storing a pixel's sums.
  private static let (run, sums) = (30.0, 2.0)

  /// Sums of so many pixels for one block of output channels, each of `depth` products.
  static func blockedProducts(pixels: Int, depth: Int, _ micro: MicroKernels) -> Double {
    let runs = ceilDivide(pixels, micro.pixelTile)
    let (size, larger) = (pixels / runs, pixels % runs)
    let steps =
      Double(runs - larger) * step(pairs: size, micro) + Double(larger) * step(pairs: size + 1, micro)
    return steps * Double(depth) + run * Double(runs) + sums * Double(pixels)
  }
}

/// Tiles of the 1×1 micro-kernel.
extension Cycles {
  /// How the pixels lie.
  enum Points {
    /// In planes.
    case image
    /// In a panel for each tile.
    case panels
    /// Side by side, just written.
    case near
  }

  /// A call; with what was just written nothing is waited for.
  private static let pointCall = (far: 65.0, near: 42.0)
  /// Storing an output channel's pixels.
  private static let pointStore = 3.0
  /// A step with one vector of pixels instead of two: as many weights are read.
  private static let narrow = 0.6

  /// Tiles of two vectors of pixels, the last perhaps of one, `depth` products deep, of all `outputs` channels in blocks of
  /// about equal width.
  static func points(_ pixels: Int, depth: Int, outputs: Int, _ points: Points, _ micro: MicroKernels)
    -> Double
  {
    let (width, blocks) = (2 * micro.lanes, ceilDivide(outputs, micro.pointBlock))
    let hasNarrow = (1...micro.lanes).contains(pixels % width)
    let tiles = ceilDivide(pixels, width)
    let wide = step(pairs: ceilDivide(outputs, blocks), isPanel: points == .panels, micro)
    let steps = Double(hasNarrow ? tiles - 1 : tiles) * wide + (hasNarrow ? max(latency, narrow * wide) : 0)
    let ends =
      Double(blocks) * (points == .near ? pointCall.near : pointCall.far) + pointStore * Double(outputs)
    return Double(blocks * depth) * steps + Double(tiles) * ends
  }
}
