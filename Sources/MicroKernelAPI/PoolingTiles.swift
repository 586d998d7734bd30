/// One output row of a pooling window: first the rows of the window are combined into `scratch`, which has the
/// horizontal padding, then the columns.
public struct PoolRow {
  /// First row of the window that lies inside the image.
  public var input: UnsafePointer<Float>
  public var rows = 1
  public var rowStride = 0
  public var width = 0
  /// Columns of padding on the left.
  public var padding = 0
  /// `scratchCount` floats: padding, the combined row, padding, and two vectors beyond the last window.
  public var scratch: UnsafeMutablePointer<Float>
  public var scratchCount = 0
  /// Whether the scratch memory outside the row is not padding yet; rows of the same shape leave it as it is.
  public var isFirst = true
  public var window = 1
  public var stride = 1
  public var output: UnsafeMutablePointer<Float>
  public var outputWidth = 0
  /// Average: the divisor of each output column, all times `rowDivisor`. Nil: maximum.
  public var divisors: UnsafePointer<Float>?
  public var rowDivisor: Float = 1

  public init(
    input: UnsafePointer<Float>, scratch: UnsafeMutablePointer<Float>, output: UnsafeMutablePointer<Float>
  ) {
    self.input = input
    self.scratch = scratch
    self.output = output
  }
}
