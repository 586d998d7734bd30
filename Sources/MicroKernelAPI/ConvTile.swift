/// Up to `pixelTile` pixels × up to `outputBlock` channels of a convolution, vectorised over output channels:
/// `out[o][p] = bias[o] + Σ_c Σ_t in[c·channelStride + taps[t] + p] · w[c][t][o]`,
/// channels outside, taps inside, so the order of the sum depends on nothing else. Neighbouring pixels are
/// neighbours in memory, strided images being split by phase beforehand; or each has its offset.
///
/// With `pixelStep` channels lie in blocks of `lanes` instead, those of a pixel side by side:
/// `out[o][p] = bias[o] + Σ_b Σ_t Σ_c in[b·channelStride + taps[t] + p·pixelStep·lanes + c] · w[b][t][c][o]`.
public struct ConvTile: MicroKernelCall {
  /// The first tap of the first pixel in the first channel.
  public var input: UnsafePointer<Float>
  /// Input channels that are summed up.
  public var channels = 0
  /// From a channel, or from a block of them, to the next, in floats.
  public var channelStride = 0
  /// From a pixel to the next in blocks of channels, in pixels: 1 or 2. 0: channels lie in planes.
  public var pixelStep = 0
  /// Offsets of the taps from `input`.
  public var taps: UnsafePointer<Int>
  /// Taps of a channel.
  public var tapCount = 0
  /// `[channels][taps][outputBlock]`; `[block][taps][channels of the block][outputBlock]` where channels lie in blocks.
  public var weights: UnsafePointer<Float>
  /// Weights that later tiles read, asked for meanwhile where channels lie in blocks.
  public var ahead: UnsafePointer<Float>
  /// Floats of them per product.
  public var aheadStep = 0
  /// `outputBlock` values.
  public var bias: UnsafePointer<Float>
  /// The first pixel of the first channel.
  public var output: UnsafeMutablePointer<Float>
  /// From a channel of the output to the next, in floats.
  public var outputChannelStride = 0
  /// 1, or anything if `outputChannelStride` is 1.
  public var outputPixelStride = 1
  /// Offsets of the pixels from `input`; nil: they are neighbours.
  public var inputOffsets: UnsafePointer<Int>?
  /// Offsets of the pixels from `output`; nil: they are neighbours.
  public var outputOffsets: UnsafePointer<Int>?
  /// Channels to store, at most `outputBlock`.
  public var outputs = 0
  /// Pixels to compute, at most `pixelTile`.
  public var pixels = 0
  /// What follows the sum.
  public var epilogue = TileEpilogue()
  /// `MicroKernels.scratch` floats.
  public var scratch: UnsafeMutablePointer<Float>

  /// Extents and strides are 0 until they are set.
  public init(
    input: UnsafePointer<Float>, taps: UnsafePointer<Int>, weights: UnsafePointer<Float>,
    bias: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
  ) {
    self.input = input
    self.taps = taps
    self.weights = weights
    ahead = weights
    self.bias = bias
    self.output = output
    self.scratch = scratch
  }

  /// Calls `code.convTile`.
  @inlinable public static func run(_ work: UnsafePointer<Self>, by code: any MicroCode.Type) {
    code.convTile(work)
  }
}
