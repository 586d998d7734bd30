import Tensors

/// How sums over channels are cut: spans of pixels, and where those are few, parts of the channels as well, whose results are combined
/// in their order.
struct PixelSpans: Sendable {
  /// Pixels of a span.
  static let length = 256
  /// Fewer elements are not worth a tile of their own.
  private static let fewest = 4096

  /// Spans of an image.
  let count: Int
  let parts: Partition

  init(_ shape: Shape) {
    count = ceilDivide(shape.plane, Self.length)
    let most = max(1, shape.c * min(shape.plane, Self.length) / Self.fewest)
    parts = Partition(count: shape.c, parts: min(shape.c, most, ceilDivide(desiredTiles, shape.n * count)))
  }
}
