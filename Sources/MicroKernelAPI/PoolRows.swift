/// Output rows of some planes, vectorised over pixels: first the rows of a window are combined into `scratch`, which has the
/// horizontal padding, then the columns.
public struct PoolRows: MicroKernelCall {
  /// Planes whose output rows follow each other.
  public var planes = 1
  /// From a plane to the next, in floats.
  public var planeStride = 0
  /// Row 0 of the image, at the first column inside it that the windows need.
  public var input: UnsafePointer<Float>
  /// From a row to the next, in floats.
  public var rowStride = 0
  /// Number of that column.
  public var firstColumn = 0
  /// Columns that are needed.
  public var width = 0
  /// Columns of padding on the left.
  public var padding = 0
  /// Of the output rows that are computed.
  public var rows: PoolWindows
  /// Columns of a window. Where windows differ: columns that all have, if none has more than one beyond them.
  public var window = 1
  /// From one column of a window to the next.
  public var step = 1
  /// From window to window. 0: windows differ, and `columns` has them, one by one.
  public var stride = 1
  /// Of the whole output row.
  public var columns: PoolWindows
  /// The first row of the first plane.
  public var output: UnsafeMutablePointer<Float>
  /// From a row of the output to the next, in floats.
  public var outputStride = 0
  /// Whether windows are added and divided; else the largest value is taken.
  public var isMean = false
  /// `lines` times `scratchCount` floats, each for padding, the combined row, padding, and two vectors beyond the last window;
  /// then a float for each line and three more.
  public var scratch: UnsafeMutablePointer<Float>
  /// Floats of a line.
  public var scratchCount = 0
  /// Two or more.
  public var lines = 2

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

  /// Calls `code.poolRows`.
  @inlinable public static func run(_ work: UnsafePointer<Self>, by code: any MicroCode.Type) {
    code.poolRows(work)
  }
}
