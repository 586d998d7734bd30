/// A matrix with its rows and columns exchanged:
/// `out[c·outputStride + r] = in[r·inputStride + c]` for `rows` × `columns` values. The output is memory of its own.
public struct Transpose: MicroKernelCall {
  /// The first value of the first row.
  public var input: UnsafePointer<Float>
  /// From a row of the input to the next, in floats.
  public var inputStride = 0
  /// The first value of the first column.
  public var output: UnsafeMutablePointer<Float>
  /// From a row of the output, which is a column of the input, to the next, in floats.
  public var outputStride = 0
  /// Rows of the input.
  public var rows = 0
  /// Columns of the input.
  public var columns = 0

  /// Strides and extents are 0 until they are set.
  public init(input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>) {
    self.input = input
    self.output = output
  }

  /// Calls `code.transpose`.
  @inlinable public static func run(_ work: UnsafePointer<Self>, by code: any MicroCode.Type) {
    code.transpose(work)
  }
}
