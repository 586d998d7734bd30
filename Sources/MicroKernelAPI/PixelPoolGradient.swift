/// The gradient of maximum and mean over channels of `count` neighbouring pixels:
/// `out[c][p] = mean[p] / divisor + (c is the first channel that has the maximum of p, or the first NaN ? maximum[p] : 0)`.
public struct PixelPoolGradient: MicroKernelCall {
  /// The first pixel of the first channel.
  public var input: UnsafePointer<Float>
  /// The gradient of each pixel's maximum.
  public var maximum: UnsafePointer<Float>
  /// The gradient of each pixel's mean.
  public var mean: UnsafePointer<Float>
  /// The first pixel of the first channel.
  public var output: UnsafeMutablePointer<Float>
  /// Channels.
  public var channels = 0
  /// From a channel to the next, in floats, in the input and in the output.
  public var channelStride = 0
  /// Pixels.
  public var count = 0
  /// What the mean's gradient is divided by.
  public var divisor: Float = 1

  /// No pixels, until extents are set.
  public init(
    input: UnsafePointer<Float>, maximum: UnsafePointer<Float>, mean: UnsafePointer<Float>,
    output: UnsafeMutablePointer<Float>
  ) {
    self.input = input
    self.maximum = maximum
    self.mean = mean
    self.output = output
  }

  /// Calls `code.pixelPoolGradient`.
  @inlinable public static func run(_ work: UnsafePointer<Self>, by code: any MicroCode.Type) {
    code.pixelPoolGradient(work)
  }
}
