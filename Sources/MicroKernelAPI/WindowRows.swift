/// Windows of a convolution copied into rows of `rowStride` floats, `[channel][tap]`, zeros where a window leaves the image and
/// after it.
public struct WindowRows: MicroKernelCall {
  /// The first channel's plane.
  public var input: UnsafePointer<Float>
  /// Channels.
  public var channels = 0
  /// From a channel to the next, in floats.
  public var planeStride = 0
  /// Floats of an input row.
  public var width = 0
  /// Taps of all rows of the output.
  public var rows: TapWindows
  /// Taps of all columns of the output.
  public var columns: TapWindows
  /// Rows of a window.
  public var kernelHeight = 1
  /// Columns of a window.
  public var kernelWidth = 1
  /// Output pixels, row by row: the first of them and their number.
  public var first = 0
  /// How many of them.
  public var count = 0
  /// The first row.
  public var output: UnsafeMutablePointer<Float>
  /// From a row to the next, in floats.
  public var rowStride = 0

  /// No pixels, until extents and strides are set.
  public init(
    input: UnsafePointer<Float>, rows: TapWindows, columns: TapWindows, output: UnsafeMutablePointer<Float>
  ) {
    self.input = input
    self.rows = rows
    self.columns = columns
    self.output = output
  }

  /// Calls `code.windowRows`.
  @inlinable public static func run(_ work: UnsafePointer<Self>, by code: any MicroCode.Type) {
    code.windowRows(work)
  }
}
