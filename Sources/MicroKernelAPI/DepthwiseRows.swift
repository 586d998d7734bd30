/// Rows of one output plane of a depthwise convolution, vectorised over the pixels of a row:
/// `out[y][x] = bias + Σ_t in[y·stride·pitch + taps[t] + x] · w[t]`, taps in this order.
///
/// The image is padded and split by phase of the stride beforehand, so that neighbouring pixels are neighbours. Square windows
/// of 3, 5 and 7 taps with a stride of 1 or 2 have rows of several outputs in registers, which share what they read.
public struct DepthwiseRows: MicroKernelCall {
  /// The first tap of the first pixel. Up to two vectors are read after the last pixel's last tap.
  public var input: UnsafePointer<Float>
  /// From a row of the image to the next, in floats.
  public var pitch = 0
  /// From a phase of a row to the next, in floats.
  public var phase = 0
  /// Rows of the image from an output row to the next, and columns from an output to the next: phases.
  public var stride = 1
  /// Taps of a side of a square window without dilation whose strides are alike; 0: any other window.
  public var side = 0
  /// Offsets of the taps from `input`.
  public var taps: UnsafePointer<Int>
  /// Taps of the window.
  public var tapCount = 0
  /// One for each tap.
  public var weights: UnsafePointer<Float>
  /// The plane's addend.
  public var bias: Float = 0
  /// The first pixel.
  public var output: UnsafeMutablePointer<Float>
  /// From a row of the output to the next, in floats.
  public var outputPitch = 0
  /// Rows to compute.
  public var rows = 0
  /// Pixels of a row.
  public var width = 0
  /// What follows the sum.
  public var epilogue = TileEpilogue()
  /// `MicroKernels.scratch` floats.
  public var scratch: UnsafeMutablePointer<Float>

  /// Extents are 0 until they are set.
  public init(
    input: UnsafePointer<Float>, taps: UnsafePointer<Int>, weights: UnsafePointer<Float>,
    output: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
  ) {
    self.input = input
    self.taps = taps
    self.weights = weights
    self.output = output
    self.scratch = scratch
  }

  /// Calls `code.depthwiseRows`.
  @inlinable public static func run(_ work: UnsafePointer<Self>, by code: any MicroCode.Type) {
    code.depthwiseRows(work)
  }
}
