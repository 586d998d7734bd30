import Kernels
import MicroKernelAPI
import Tensors

/// Maximum and mean over channels of every pixel of some images: two maps each.
///
/// Tiles are spans of pixels, or several images of few pixels; where those are few, parts of the channels as well, whose results
/// are then combined.
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
    parts = Partition(count: shape.c, parts: min(most, ceilDivide(desiredTiles, shape.n * spans)))
  }

  /// Two maps of each part.
  var workspace: Int { parts.parts == 1 ? 0 : 2 * shape.n * parts.parts * shape.plane }

  /// - Parameters:
  ///   - node: that the operator computes the maps with.
  ///   - gates: factors of the channels of all images, if any.
  func regions(
    node: String = "", _ images: UnsafePointer<Float>, gates: UnsafePointer<Float>?,
    into maps: UnsafeMutablePointer<Float>,
    workspace: UnsafeMutablePointer<Float>
  ) -> [Region] {
    let isWhole = parts.parts == 1
    if isWhole && spans == 1 {
      let pool = Region("pool pixels", rangesOf: shape.n) { range, _ in
        var work = statistics(range, 0..<shape.c, from: 0, images, gates)
        work.maximum = maps + range.lowerBound * 2 * shape.plane
        work.sum = work.maximum.map { $0 + shape.plane }
        work.divisor = Float(shape.c)
        micro.run(&work)
      }
      return [pool.computing(node)]
    }
    let perImage = spans * parts.parts
    let pool = Region("pool pixels", tiles: shape.n * perImage) { tile, _ in
      // The last channels first: the sweep over planes before left them in the nearest cache.
      let (image, inside) = (tile / perImage, tile % perImage)
      let (part, first) = (parts.parts - 1 - inside / spans, inside % spans * PixelPool.span)
      var work = statistics(image..<image + 1, parts[part], from: first, images, gates)
      let map = image * parts.parts + (isWhole ? 0 : part)
      let target = (isWhole ? maps : workspace) + (map * 2 * shape.plane + first)
      work.maximum = target
      work.sum = target + shape.plane
      if isWhole { work.divisor = Float(shape.c) }
      micro.run(&work)
    }.computing(node)
    return isWhole ? [pool] : [pool, combine(workspace, into: maps)]
  }

  /// A span of pixels of some channels; the results' places are left out.
  private func statistics(
    _ images: Range<Int>, _ channels: Range<Int>, from first: Int, _ input: UnsafePointer<Float>,
    _ gates: UnsafePointer<Float>?
  ) -> PixelStatistics {
    let channel = images.lowerBound * shape.c + channels.lowerBound
    var work = PixelStatistics(input: input + (channel * shape.plane + first))
    work.images = images.count
    work.imageStride = shape.c * shape.plane
    work.targetStride = 2 * shape.plane
    work.channels = channels.count
    work.channelStride = shape.plane
    work.gates = gates.map { $0 + channel }
    work.count = min(PixelPool.span, shape.plane - first)
    return work
  }

  /// The same statistics over parts as over channels.
  private func combine(
    _ workspace: UnsafeMutablePointer<Float>, into maps: UnsafeMutablePointer<Float>
  ) -> Region {
    let pixels = shape.plane
    return Region("combine maps", tiles: shape.n * 2 * spans) { tile, _ in
      let (image, map, first) = (tile / (2 * spans), tile % 2, tile / 2 % spans * PixelPool.span)
      var work = PixelStatistics(input: workspace + ((image * parts.parts * 2 + map) * pixels + first))
      work.channels = parts.parts
      work.channelStride = 2 * pixels
      work.count = min(PixelPool.span, pixels - first)
      let target = maps + ((2 * image + map) * pixels + first)
      if map == 0 {
        work.maximum = target
      } else {
        work.sum = target
        work.divisor = Float(shape.c)
      }
      micro.run(&work)
    }
  }
}
