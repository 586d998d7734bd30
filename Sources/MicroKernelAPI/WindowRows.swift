/// Windows of a convolution copied into rows of `rowStride` floats, `[channel][tap]`, zeros where a window leaves the image and
/// after it.
public struct WindowRows: MicroKernelCall {
  /// The first channel's plane.
  public var input: UnsafePointer<Float>
  public var channels = 0
  public var planeStride = 0
  public var width = 0
  /// Of all rows and columns of the output.
  public var rows: TapWindows
  public var columns: TapWindows
  public var kernelHeight = 1
  public var kernelWidth = 1
  /// Output pixels, row by row: the first of them and their number.
  public var first = 0
  public var count = 0
  public var output: UnsafeMutablePointer<Float>
  public var rowStride = 0

  public init(
    input: UnsafePointer<Float>, rows: TapWindows, columns: TapWindows, output: UnsafeMutablePointer<Float>
  ) {
    self.input = input
    self.rows = rows
    self.columns = columns
    self.output = output
  }

  @inlinable public static func run(_ work: UnsafePointer<Self>, by code: any MicroCode.Type) {
    code.windowRows(work)
  }
}
