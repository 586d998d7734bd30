/// Output rows of a depthwise convolution of up to `lanes` planes, vectorised over planes, for planes with rows too short for
/// vectors of pixels: `out[c][y][x] = bias[c] + Σ_t in[c][taps of (y, x)] · w[t][c]`, taps outside the image left out.
public struct ConvPlanes: MicroKernelCall {
  /// First of the `inputRows` rows that the windows below need, in the first plane.
  public var input: UnsafePointer<Float>
  /// At most `lanes`.
  public var planes = 1
  /// From a plane to the next, in floats.
  public var planeStride = 0
  /// Floats of an input row.
  public var width = 0
  /// Rows that are read.
  public var inputRows = 0
  /// Number of that first row.
  public var firstRow = 0
  /// Of the output rows that are computed.
  public var rows: TapWindows
  /// Of the whole output row.
  public var columns: TapWindows
  /// `[taps][lanes]`, taps of a window row by row.
  public var weights: UnsafePointer<Float>
  /// Taps of a row.
  public var kernelWidth = 1
  /// `lanes` values.
  public var bias: UnsafePointer<Float>
  /// The first row that is computed, in the first plane.
  public var output: UnsafeMutablePointer<Float>
  /// From a plane of the output to the next, in floats.
  public var outputPlaneStride = 0
  /// What follows the sum.
  public var epilogue = TileEpilogue()
  /// `lanes` × (inputRows · width + rows.count · columns.count) floats.
  public var scratch: UnsafeMutablePointer<Float>

  /// Extents and strides are 0 until they are set.
  public init(
    input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, rows: TapWindows, columns: TapWindows,
    weights: UnsafePointer<Float>, bias: UnsafePointer<Float>, scratch: UnsafeMutablePointer<Float>
  ) {
    self.input = input
    self.output = output
    self.rows = rows
    self.columns = columns
    self.weights = weights
    self.bias = bias
    self.scratch = scratch
  }

  /// Calls `code.convPlanes`.
  @inlinable public static func run(_ work: UnsafePointer<Self>, by code: any MicroCode.Type) {
    code.convPlanes(work)
  }
}
