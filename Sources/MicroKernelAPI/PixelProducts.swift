/// Sums of products over channels for `count` neighbouring pixels: `out[p] = Σ_c first[c][p] · second[c][p]`.
public struct PixelProducts: MicroKernelCall {
  /// The first pixel of the first channel.
  public var first: UnsafePointer<Float>
  /// As `first`.
  public var second: UnsafePointer<Float>
  /// `count` sums.
  public var output: UnsafeMutablePointer<Float>
  /// Channels.
  public var channels = 0
  /// From a channel to the next, in floats.
  public var channelStride = 0
  /// Pixels.
  public var count = 0

  /// No pixels, until extents are set.
  public init(
    _ first: UnsafePointer<Float>, _ second: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>
  ) {
    self.first = first
    self.second = second
    self.output = output
  }

  /// Calls `code.pixelProducts`.
  @inlinable public static func run(_ work: UnsafePointer<Self>, by code: any MicroCode.Type) {
    code.pixelProducts(work)
  }
}
