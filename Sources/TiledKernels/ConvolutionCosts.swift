import Kernels
import MicroKernelAPI
import Operators

extension ReducedConvolution {
  /// Whether the only window is the whole image.
  var windowIsImage: Bool {
    conv.kernel.h == input.h && conv.kernel.w == input.w && conv.padding.before == Pair(0)
      && output.plane == 1
  }

  /// Cycles of copying an image's planes into canvases.
  func drawing(_ micro: MicroKernels) -> Double {
    let perVector = conv.stride.w == 1 ? micro.lanes : conv.stride.w == 2 ? micro.lanes / 2 : 1
    let perRow = 12 * conv.stride.w + input.w / perVector
    let rows = min(input.h, output.h * conv.kernel.h)
    return Double(input.c) * Double(rows * perRow + 80)
  }
}

/// Cycles of parts that kernels have in common.
enum Cycles {
  /// Starting a region and waiting for its last tile.
  static let region = 300.0

  /// Regions that read and write so many values, most of them from a near cache.
  static func sweeps(_ values: Int, regions: Int = 1) -> Double {
    Double(regions) * region + Double(values) / 4
  }

  /// A sum waits so long for the one before it.
  static let latency = 4.0

  /// A tile of the direct micro-kernel for each of `tiles` parts of some pixels, `depth` products deep.
  static func direct(pixels: Int, depth: Int, _ micro: MicroKernels) -> Double {
    let tiles = ceilDivide(pixels, micro.pixelTile)
    // Without AVX each pixel takes six instructions.
    let perPixel = micro.weightCopies > 1 ? 1.6 : 1
    let step = max(latency, perPixel * Double(pixels) / Double(tiles))
    return Double(tiles) * (Double(depth) * step + 100)
  }
}
