/// Output rows of some planes, vectorised over pixels: first the rows of a window are combined into `scratch`, which has the
/// horizontal padding, then the columns.
public struct PoolRows {
  /// Planes whose output rows follow each other.
  public var planes = 1
  public var planeStride = 0
  /// Row 0 of the image, at the first column inside it that the windows need.
  public var input: UnsafePointer<Float>
  public var rowStride = 0
  /// Number of that column, and columns that are needed.
  public var firstColumn = 0
  public var width = 0
  /// Columns of padding on the left.
  public var padding = 0
  /// Of the output rows that are computed.
  public var rows: PoolWindows
  /// Columns of a window, and from one of them to the next. Where windows differ: columns that all have, if none has more than
  /// one beyond them.
  public var window = 1
  public var step = 1
  /// From window to window. 0: windows differ, and `columns` has them, one by one.
  public var stride = 1
  public var columns: PoolWindows
  public var output: UnsafeMutablePointer<Float>
  public var outputStride = 0
  public var isMean = false
  /// `lines` times `scratchCount` floats, each for padding, the combined row, padding, and two vectors beyond the last window;
  /// then a float for each line and three more.
  public var scratch: UnsafeMutablePointer<Float>
  public var scratchCount = 0
  /// Two or more.
  public var lines = 2

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
}

/// Windows along one axis, cut off at its ends: window i takes `counts[i]` elements from `firsts[i]` on.
public struct PoolWindows {
  public var firsts: UnsafePointer<Int>
  public var counts: UnsafePointer<Int>
  /// From one element of a window to the next.
  public var step = 1
  /// Average: what a window along this axis contributes to the divisor.
  public var divisors: UnsafePointer<Float>
  public var count: Int

  public init(
    firsts: UnsafePointer<Int>, counts: UnsafePointer<Int>, divisors: UnsafePointer<Float>, count: Int
  ) {
    self.firsts = firsts
    self.counts = counts
    self.divisors = divisors
    self.count = count
  }
}

/// Output rows of several planes, vectorised over planes, for planes with rows too short for vectors: the input rows are
/// transposed so that each pixel becomes a vector of planes, and the results are transposed back.
public struct PoolPlanes {
  /// First of the `inputRows` rows that the windows below need, in the first plane.
  public var input: UnsafePointer<Float>
  public var planes = 1
  public var planeStride = 0
  public var width = 0
  public var inputRows = 0
  /// Number of that first row.
  public var firstRow = 0
  /// Of the output rows that are computed.
  public var rows: PoolWindows
  public var columns: PoolWindows
  /// Whether the rows of each window are combined before they are transposed.
  public var combinesFirst = false
  /// Then: the first column that windows need, and how many.
  public var firstColumn = 0
  public var reach = 0
  /// Then: floats from `input` on that each of the planes has.
  public var readable = 0
  public var isMean = false
  public var output: UnsafeMutablePointer<Float>
  public var outputPlaneStride = 0
  /// `lanes` × (inputRows · width + width + rows.count · columns.count) floats; if rows are combined first,
  /// `lanes` × rows.count · (max(reach, 4) + columns.count).
  public var scratch: UnsafeMutablePointer<Float>

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
}
