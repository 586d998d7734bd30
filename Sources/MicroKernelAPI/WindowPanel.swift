/// Pixels that the taps of a convolution read, side by side: `out[c][t][p] = in[c·planeStride + offsets[t·offsetStride + p]]`, zero
/// where the offset is negative, and up to the next whole vector.
public struct WindowPanel: MicroKernelCall {
  /// The first channel's plane.
  public var input: UnsafePointer<Float>
  /// Channels.
  public var channels = 0
  /// From a channel to the next, in floats.
  public var planeStride = 0
  /// Of the first pixel's taps.
  public var offsets: UnsafePointer<Int32>
  /// From the offsets of a tap to those of the next.
  public var offsetStride = 0
  /// Taps of a channel.
  public var taps = 0
  /// Pixels.
  public var count = 0
  /// The first pixel of the first tap.
  public var output: UnsafeMutablePointer<Float>
  /// From tap to tap.
  public var outputStride = 0

  /// Extents and strides are 0 until they are set.
  public init(
    input: UnsafePointer<Float>, offsets: UnsafePointer<Int32>, output: UnsafeMutablePointer<Float>
  ) {
    self.input = input
    self.offsets = offsets
    self.output = output
  }

  /// Calls `code.windowPanel`.
  @inlinable public static func run(_ work: UnsafePointer<Self>, by code: any MicroCode.Type) {
    code.windowPanel(work)
  }
}
