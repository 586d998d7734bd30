/// Output rows of several planes, vectorised over planes, for planes with rows too short for vectors: the input rows are
/// transposed so that each pixel becomes a vector of planes, and the results are transposed back.
public struct PoolPlanes: MicroKernelCall {
  /// First of the `inputRows` rows that the windows below need, in the first plane.
  public var input: UnsafePointer<Float>
  /// Planes, any number of them.
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
  public var rows: PoolWindows
  /// Of the whole output row.
  public var columns: PoolWindows
  /// Whether the rows of each window are combined before they are transposed.
  public var combinesFirst = false
  /// Then: the first column that windows need.
  public var firstColumn = 0
  /// Then: how many columns they need.
  public var reach = 0
  /// Then: floats from `input` on that each of the planes has.
  public var readable = 0
  /// Whether windows are added and divided; else the largest value is taken.
  public var isMean = false
  /// The first row that is computed, in the first plane.
  public var output: UnsafeMutablePointer<Float>
  /// From a plane of the output to the next, in floats.
  public var outputPlaneStride = 0
  /// `lanes` × (inputRows · width + width + rows.count · columns.count) floats; if rows are combined first,
  /// `lanes` × rows.count · (max(reach, 4) + columns.count).
  public var scratch: UnsafeMutablePointer<Float>

  /// Extents and strides are 0 until they are set.
  public init(
    input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, rows: PoolWindows, columns: PoolWindows,
    scratch: UnsafeMutablePointer<Float>
  ) {
    self.input = input
    self.output = output
    self.rows = rows
    self.columns = columns
    self.scratch = scratch
  }

  /// Calls `code.poolPlanes`.
  @inlinable public static func run(_ work: UnsafePointer<Self>, by code: any MicroCode.Type) {
    code.poolPlanes(work)
  }
}
