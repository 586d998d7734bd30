import Kernels
import MicroKernelAPI
import Tensors

/// Maximum and mean over channels of every pixel of one image: two maps.
///
/// Tiles are spans of pixels; where those are few, parts of the channels as well, whose results are then combined.
struct PixelPool: Sendable {
  private let shape: Shape
  private let micro: MicroKernels
  private let spans: Int
  private let parts: Partition

  /// Pixels per tile: a multiple of every vector, long enough to stream.
  private static let span = 256
  /// Fewer channels than this are not worth a tile of their own, nor are fewer elements.
  private static let fewestChannels = 64
  private static let fewest = 4096

  init(_ shape: Shape, _ micro: MicroKernels) {
    self.shape = shape
    self.micro = micro
    spans = ceilDivide(shape.plane, PixelPool.span)
    let elements = shape.c * min(shape.plane, PixelPool.span)
    let most = max(1, min(shape.c / PixelPool.fewestChannels, elements / PixelPool.fewest))
    parts = Partition(count: shape.c, parts: min(most, ceilDivide(desiredTiles, spans)))
  }

  /// Two maps of each part.
  var workspace: Int { parts.parts == 1 ? 0 : 2 * parts.parts * shape.plane }

  /// - Parameters:
  ///   - node: that the operator computes the maps with.
  ///   - gates: factors of the channels, if any.
  func regions(
    node: String = "", _ image: UnsafePointer<Float>, gates: UnsafePointer<Float>?,
    into maps: UnsafeMutablePointer<Float>,
    workspace: UnsafeMutablePointer<Float>
  ) -> [Region] {
    let pixels = shape.plane
    let isWhole = parts.parts == 1
    let pool = Region("pool pixels", tiles: spans * parts.parts) { tile, _ in
      // The last channels first: the sweep over planes before left them in the nearest cache.
      let (part, first) = (parts.parts - 1 - tile / spans, tile % spans * PixelPool.span)
      let channels = parts[part]
      var work = PixelStatistics(input: image + (channels.lowerBound * pixels + first))
      work.channels = channels.count
      work.channelStride = pixels
      work.gates = gates.map { $0 + channels.lowerBound }
      work.count = min(PixelPool.span, pixels - first)
      let target = (isWhole ? maps : workspace + part * 2 * pixels) + first
      work.maximum = target
      work.sum = target + pixels
      if isWhole { work.divisor = Float(shape.c) }
      micro.pixelStatistics(&work)
    }.computing(node)
    return isWhole ? [pool] : [pool, combine(workspace, into: maps)]
  }

  /// The same statistics over parts as over channels.
  private func combine(
    _ workspace: UnsafeMutablePointer<Float>, into maps: UnsafeMutablePointer<Float>
  ) -> Region {
    let pixels = shape.plane
    return Region("combine maps", tiles: 2 * spans) { tile, _ in
      let (map, first) = (tile % 2, tile / 2 * PixelPool.span)
      var work = PixelStatistics(input: workspace + (map * pixels + first))
      work.channels = parts.parts
      work.channelStride = 2 * pixels
      work.count = min(PixelPool.span, pixels - first)
      if map == 0 {
        work.maximum = maps + first
      } else {
        work.sum = maps + (pixels + first)
        work.divisor = Float(shape.c)
      }
      micro.pixelStatistics(&work)
    }
  }
}
