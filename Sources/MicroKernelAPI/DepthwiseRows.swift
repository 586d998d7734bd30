/// Rows of neighbouring planes of a depthwise convolution, vectorised over the pixels of a row:
/// `out[p][y][x] = bias[p] + Σ_ij in[p][firstRow + y·rowStride + i·rowStep][x·stride + j·columnStep − padding] · w[p][i][j]`,
/// where pixels outside the image are zero.
///
/// The image is read where it lies; nothing is padded. A vector may begin before its row and end behind it: what it reads there
/// counts as zero, but must be memory that can be read.
public struct DepthwiseRows: MicroKernelCall {
  /// The first pixel of the first plane. `padding` floats before each row that is read, and what a vector of outputs reaches
  /// behind it, are read as well.
  public var input: UnsafePointer<Float>
  /// Planes, one after the other.
  public var planes = 1
  /// From a plane of the image to the next, in floats; 0: the same for all.
  public var planeStride = 0
  /// Rows of the image; others are zero.
  public var height = 0
  /// Pixels of a row of the image.
  public var width = 0
  /// A row of zeros, with as many before and after it as are read of other rows.
  public var zeros: UnsafePointer<Float>
  /// Row of the image with the first tap of the first output row; negative above the image.
  public var firstRow = 0
  /// Rows of the image from an output row to the next.
  public var rowStride = 1
  /// Columns of the image from an output to the next: 1 or 2.
  public var stride = 1
  /// Columns of zeros before the image.
  public var padding = 0
  /// Taps of a column and of a row of the window.
  public var kernel = (height: 1, width: 1)
  /// Rows from a tap to the next.
  public var rowStep = 1
  /// Columns from a tap to the next.
  public var columnStep = 1
  /// One for each tap, row by row, of each plane.
  public var weights: UnsafePointer<Float>
  /// One for each plane.
  public var bias: UnsafePointer<Float>
  /// The first pixel.
  public var output: UnsafeMutablePointer<Float>
  /// Rows to compute, one after the other.
  public var rows = 0
  /// Pixels of a row of the output.
  public var outputWidth = 0
  /// From a plane of the output to the next, in floats.
  public var outputPlaneStride = 0
  /// What follows the sum.
  public var epilogue = TileEpilogue()
  /// `MicroKernels.scratch` floats.
  public var scratch: UnsafeMutablePointer<Float>

  /// Extents are 0 until they are set.
  public init(
    input: UnsafePointer<Float>, zeros: UnsafePointer<Float>, weights: UnsafePointer<Float>,
    bias: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
  ) {
    self.input = input
    self.zeros = zeros
    self.weights = weights
    self.bias = bias
    self.output = output
    self.scratch = scratch
  }

  /// Calls `code.depthwiseRows`.
  @inlinable public static func run(_ work: UnsafePointer<Self>, by code: any MicroCode.Type) {
    code.depthwiseRows(work)
  }
}
