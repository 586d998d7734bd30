/// Up to `pointBlock` output channels × two vectors of neighbouring pixels of a 1×1 convolution, vectorised over
/// pixels: `out[o][p] = bias[o] + Σ_c in[c·channelStride + p] · w[c][o]`. Reads whole vectors, writes nothing beyond `pixels`.
public struct PointTile: MicroKernelCall {
  /// The first pixel of the first channel.
  public var input: UnsafePointer<Float>
  /// Input channels.
  public var channels = 0
  /// From a channel to the next, in floats.
  public var channelStride = 0
  /// What is prefetched meanwhile.
  public var ahead: Lookahead
  /// `[channels][block][weightCopies]`.
  public var weights: UnsafePointer<Float>
  /// `block` values.
  public var bias: UnsafePointer<Float>
  /// The first pixel of the first channel.
  public var output: UnsafeMutablePointer<Float>
  /// From a channel of the output to the next, in floats.
  public var outputChannelStride = 0
  /// Channels of the packed weights.
  public var block = 1
  /// Channels to compute, at most `block` and `pointBlock`.
  public var outputs = 0
  /// At most two vectors. Where the channel stride is two vectors, channels are a panel, of which two vectors are read.
  public var pixels = 0
  /// What follows the sum.
  public var epilogue = TileEpilogue()
  /// `MicroKernels.scratch` floats.
  public var scratch: UnsafeMutablePointer<Float>

  /// Nothing is prefetched; extents and strides are 0 until they are set.
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

  /// Calls `code.pointTile`.
  @inlinable public static func run(_ work: UnsafePointer<Self>, by code: any MicroCode.Type) {
    code.pointTile(work)
  }
}

/// What is prefetched while a `PointTile` is computed: two vectors per channel of a later tile, evenly spread over the
/// time, as a core has few buffers for lines on their way.
public struct Lookahead {
  /// The later tile's input.
  public var base: UnsafePointer<Float>
  /// Number of the first vector, and vectors per channel computed, both times `scale`.
  public var first = 0
  /// Vectors per channel computed, times `scale`.
  public var step = 0
  /// The binary logarithm of `scale`.
  public static let shift = 8
  /// What one vector counts.
  public static let scale = 1 << shift

  /// The same line again and again: nothing is fetched.
  public init(_ base: UnsafePointer<Float>) { self.base = base }
}
