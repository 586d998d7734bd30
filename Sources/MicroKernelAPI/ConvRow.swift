/// Rows of up to six output channels, vectorised over pixels:
/// `out[o][y][x] = bias[o] + Σ_t in[y·inputRowStride + taps[t] + x] · w[t][o]`, taps of all channels in one list.
/// `input` must be readable up to a whole vector for the last pixels' taps; nothing is written beyond `width`.
public struct ConvRow: MicroKernelCall {
  /// The first tap of the first pixel, less the offset of that tap.
  public var input: UnsafePointer<Float>
  /// From a row to the next, in floats.
  public var inputRowStride = 0
  /// Offsets of the taps of all channels from `input`.
  public var taps: UnsafePointer<Int>
  /// Taps of all channels.
  public var tapCount = 0
  /// `[taps][block][weightCopies]`.
  public var weights: UnsafePointer<Float>
  /// `block` values.
  public var bias: UnsafePointer<Float>
  /// The first pixel of the first channel.
  public var output: UnsafeMutablePointer<Float>
  /// From a row of the output to the next, in floats.
  public var outputRowStride = 0
  /// From a channel of the output to the next, in floats.
  public var outputChannelStride = 0
  /// Channels of the packed weights: 1, 2, 4 or 6.
  public var block = 1
  /// Channels to compute, at most `block`.
  public var outputs = 1
  /// Rows to compute.
  public var rows = 1
  /// Pixels of a row.
  public var width = 0
  /// What follows the sum.
  public var epilogue = TileEpilogue()
  /// `MicroKernels.scratch` floats.
  public var scratch: UnsafeMutablePointer<Float>

  /// One row of no pixels, until extents and strides are set.
  public init(
    input: UnsafePointer<Float>, taps: UnsafePointer<Int>, weights: UnsafePointer<Float>,
    bias: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
  ) {
    self.input = input
    self.taps = taps
    self.weights = weights
    self.bias = bias
    self.output = output
    self.scratch = scratch
  }

  /// Calls `code.convRow`.
  @inlinable public static func run(_ work: UnsafePointer<Self>, by code: any MicroCode.Type) {
    code.convRow(work)
  }
}
