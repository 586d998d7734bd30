/// Values apart, with zeros between them and behind: `out[y·step][x·step] = in[y][x]`, every other place of `height` rows of `width`
/// values is 0.
public struct SpreadRows: MicroKernelCall {
  /// The first of `⌈height / step⌉` rows of `⌈width / step⌉` values.
  public var input: UnsafePointer<Float>
  /// `height` rows of `width` values.
  public var output: UnsafeMutablePointer<Float>
  /// From a value to the next, and from a row to the next.
  public var step = 1
  /// Rows of the output.
  public var height = 0
  /// Values of a row of the output.
  public var width = 0

  /// No rows, until extents are set.
  public init(input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>) {
    self.input = input
    self.output = output
  }

  /// Calls `code.spreadRows`.
  @inlinable public static func run(_ work: UnsafePointer<Self>, by code: any MicroCode.Type) {
    code.spreadRows(work)
  }
}
