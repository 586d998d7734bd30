/// Pixels that the taps of a convolution read, side by side: `out[c][t][p] = in[c·planeStride + offsets[t·offsetStride + p]]`, zero
/// where the offset is negative, and up to the next whole vector.
public struct WindowPanel: MicroKernelCall {
  /// The first channel's plane.
  public var input: UnsafePointer<Float>
  public var channels = 0
  public var planeStride = 0
  /// Of the first pixel's taps.
  public var offsets: UnsafePointer<Int32>
  public var offsetStride = 0
  public var taps = 0
  public var count = 0
  public var output: UnsafeMutablePointer<Float>
  /// From tap to tap.
  public var outputStride = 0

  public init(
    input: UnsafePointer<Float>, offsets: UnsafePointer<Int32>, output: UnsafeMutablePointer<Float>
  ) {
    self.input = input
    self.offsets = offsets
    self.output = output
  }

  @inlinable public static func run(_ work: UnsafePointer<Self>, by code: any MicroCode.Type) {
    code.windowPanel(work)
  }
}
