/// Every `step`-th value of `rows` rows, with zeros before and after:
/// `out[y·outputStride + before + i] = in[y·inputStride + i·step]` for `count` values of a run of `width`. What lies before the first
/// row and behind the last becomes zero as well.
public struct PadRows: MicroKernelCall {
  /// The first value that is taken.
  public var input: UnsafePointer<Float>
  /// From a value that is taken to the next, in floats.
  public var step = 1
  /// From a row of the input to the next, in floats.
  public var inputStride = 0
  /// The first zero or value of the first row.
  public var output: UnsafeMutablePointer<Float>
  /// From a row of the output to the next, in floats.
  public var outputStride = 0
  /// Rows.
  public var rows = 0
  /// Zeros, values and zeros of an output row.
  public var width = 0
  /// Zeros before the values.
  public var before = 0
  /// Values of a row.
  public var count = 0
  /// Floats before the first row of the output that become zero.
  public var above = 0
  /// Floats behind `rows · outputStride` that become zero.
  public var below = 0

  /// No rows, until extents and strides are set.
  public init(input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>) {
    self.input = input
    self.output = output
  }

  /// Calls `code.padRows`.
  @inlinable public static func run(_ work: UnsafePointer<Self>, by code: any MicroCode.Type) {
    code.padRows(work)
  }
}
