/// What follows the sum of a convolution before it is stored: bias always, then the rest in this order.
public struct TileEpilogue {
  /// Added element by element; same strides as the output. Nil: nothing is added.
  public var residual: UnsafePointer<Float>?
  public var relu: Bool

  public init(residual: UnsafePointer<Float>? = nil, relu: Bool = false) {
    self.residual = residual
    self.relu = relu
  }
}

/// Up to `pixelTile` pixels × up to `outputBlock` channels of a convolution, vectorised over output channels:
/// `out[o][p] = bias[o] + Σ_c Σ_t in[c·channelStride + taps[t] + p] · w[c][t][o]`,
/// channels outside, taps inside, so the order of the sum depends on nothing else. Neighbouring pixels are
/// neighbours in memory, strided images being split by phase beforehand; or each has its offset.
public struct ConvTile {
  /// The first tap of the first pixel in the first channel.
  public var input: UnsafePointer<Float>
  public var channels = 0
  public var channelStride = 0
  /// Offsets of the taps from `input`.
  public var taps: UnsafePointer<Int>
  public var tapCount = 0
  /// `[channels][taps][outputBlock]`.
  public var weights: UnsafePointer<Float>
  /// `outputBlock` values.
  public var bias: UnsafePointer<Float>
  public var output: UnsafeMutablePointer<Float>
  public var outputChannelStride = 0
  /// 1, or anything if `outputChannelStride` is 1.
  public var outputPixelStride = 1
  /// Offsets of the pixels from `input` and from `output`; nil: they are neighbours.
  public var inputOffsets: UnsafePointer<Int>?
  public var outputOffsets: UnsafePointer<Int>?
  /// Channels to store, at most `outputBlock`.
  public var outputs = 0
  /// Pixels to compute, at most `pixelTile`.
  public var pixels = 0
  public var epilogue = TileEpilogue()
  /// `MicroKernels.scratch` floats.
  public var scratch: UnsafeMutablePointer<Float>

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
}

/// Up to `pointBlock` output channels × two vectors of neighbouring pixels of a 1×1 convolution, vectorised over
/// pixels: `out[o][p] = bias[o] + Σ_c in[c·channelStride + p] · w[c][o]`. Reads whole vectors, writes nothing beyond `pixels`.
public struct PointTile {
  public var input: UnsafePointer<Float>
  public var channels = 0
  public var channelStride = 0
  public var ahead: Lookahead
  /// `[channels][block][weightCopies]`.
  public var weights: UnsafePointer<Float>
  /// `block` values.
  public var bias: UnsafePointer<Float>
  public var output: UnsafeMutablePointer<Float>
  public var outputChannelStride = 0
  /// Channels of the packed weights.
  public var block = 1
  /// Channels to compute, at most `block` and `pointBlock`.
  public var outputs = 0
  /// At most two vectors. Where the channel stride is two vectors, channels are a panel, of which two vectors are read.
  public var pixels = 0
  public var epilogue = TileEpilogue()
  /// `MicroKernels.scratch` floats.
  public var scratch: UnsafeMutablePointer<Float>

  public init(
    input: UnsafePointer<Float>, weights: UnsafePointer<Float>, bias: UnsafePointer<Float>,
    output: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
  ) {
    self.input = input
    ahead = Lookahead(input)
    self.weights = weights
    self.bias = bias
    self.output = output
    self.scratch = scratch
  }
}

/// What is prefetched while a `PointTile` is computed: two vectors per channel of a later tile, evenly spread over the
/// time, as a core has few buffers for lines on their way.
public struct Lookahead {
  /// The later tile's input.
  public var base: UnsafePointer<Float>
  /// Number of the first vector, and vectors per channel computed, both times `scale`.
  public var first = 0
  public var step = 0
  public static let shift = 8
  public static let scale = 1 << shift

  /// The same line again and again: nothing is fetched.
  public init(_ base: UnsafePointer<Float>) { self.base = base }
}

/// Rows of up to six output channels, vectorised over pixels:
/// `out[o][y][x] = bias[o] + Σ_t in[y·inputRowStride + taps[t] + x] · w[t][o]`, taps of all channels in one list.
/// `input` must be readable up to a whole vector for the last pixels' taps; nothing is written beyond `width`.
public struct ConvRow {
  public var input: UnsafePointer<Float>
  public var inputRowStride = 0
  /// Offsets of the taps of all channels from `input`.
  public var taps: UnsafePointer<Int>
  public var tapCount = 0
  /// `[taps][block][weightCopies]`.
  public var weights: UnsafePointer<Float>
  /// `block` values.
  public var bias: UnsafePointer<Float>
  public var output: UnsafeMutablePointer<Float>
  public var outputRowStride = 0
  public var outputChannelStride = 0
  /// Channels of the packed weights: 1, 2, 4 or 6.
  public var block = 1
  /// Channels to compute, at most `block`.
  public var outputs = 1
  public var rows = 1
  public var width = 0
  public var epilogue = TileEpilogue()
  /// `MicroKernels.scratch` floats.
  public var scratch: UnsafeMutablePointer<Float>

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
}
