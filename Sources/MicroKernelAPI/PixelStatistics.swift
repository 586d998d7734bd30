/// Maximum and sum over channels of `count` neighbouring pixels, each channel multiplied by `gates[c]` first if
/// there are gates: `max_c g[c]·x[c][p]` and `(Σ_c g[c]·x[c][p]) / divisor`. The same for several images, whose gates follow
/// each other.
public struct PixelStatistics: MicroKernelCall {
  public var input: UnsafePointer<Float>
  public var images = 1
  /// From an image to the next.
  public var imageStride = 0
  public var targetStride = 0
  public var channels = 0
  public var channelStride = 0
  public var gates: UnsafePointer<Float>?
  public var count = 0
  /// Either may be nil.
  public var maximum: UnsafeMutablePointer<Float>?
  public var sum: UnsafeMutablePointer<Float>?
  public var divisor: Float = 1

  public init(input: UnsafePointer<Float>) { self.input = input }

  @inlinable public static func run(_ work: UnsafePointer<Self>, by code: any MicroCode.Type) {
    code.pixelStatistics(work)
  }
}
