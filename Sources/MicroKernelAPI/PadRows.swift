/// Every `step`-th value of `rows` rows, with zeros before and after:
/// `out[y·outputStride + before + i] = in[y·inputStride + i·step]` for `count` values of a run of `width`.
public struct PadRows: MicroKernelCall {
  public var input: UnsafePointer<Float>
  public var step = 1
  public var inputStride = 0
  public var output: UnsafeMutablePointer<Float>
  public var outputStride = 0
  public var rows = 0
  /// Zeros, values and zeros of an output row.
  public var width = 0
  public var before = 0
  public var count = 0

  public init(input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>) {
    self.input = input
    self.output = output
  }

  @inlinable public static func run(_ work: UnsafePointer<Self>, by code: any MicroCode.Type) {
    code.padRows(work)
  }
}
