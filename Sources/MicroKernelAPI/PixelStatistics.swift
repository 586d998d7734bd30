/// Maximum and sum over channels of `count` neighbouring pixels, each channel multiplied by `gates[c]` first if
/// there are gates: `max_c g[c]·x[c][p]` and `(Σ_c g[c]·x[c][p]) / divisor`. The same for several images, whose gates follow
/// each other.
public struct PixelStatistics: MicroKernelCall {
  /// The first pixel of the first channel of the first image.
  public var input: UnsafePointer<Float>
  /// Images.
  public var images = 1
  /// From an image to the next.
  public var imageStride = 0
  /// From the results of an image to those of the next, in floats.
  public var targetStride = 0
  /// Channels of an image.
  public var channels = 0
  /// From a channel to the next, in floats.
  public var channelStride = 0
  /// A factor for each channel of each image.
  public var gates: UnsafePointer<Float>?
  /// Pixels.
  public var count = 0
  /// Where the maxima of the first image go, `count` values; nil: nobody needs them.
  public var maximum: UnsafeMutablePointer<Float>?
  /// Where the sums of the first image go, `count` values; nil: nobody needs them.
  public var sum: UnsafeMutablePointer<Float>?
  /// Sums are divided by this before they are stored.
  public var divisor: Float = 1

  /// One image of no pixels, until extents and results are set.
  public init(input: UnsafePointer<Float>) { self.input = input }

  /// Calls `code.pixelStatistics`.
  @inlinable public static func run(_ work: UnsafePointer<Self>, by code: any MicroCode.Type) {
    code.pixelStatistics(work)
  }
}
