/// Dot products of rows of values with rows of weights, vectorised along them, for outputs too few to fill vectors:
/// `out[r·outputRowStride + o·outputStride] = bias[o] + Σ_k in[r·rowStride + k] · w[o·weightStride + k]`.
/// The order of a sum depends on `count` alone.
public struct DotTile: MicroKernelCall {
  /// The first value of the first row.
  public var input: UnsafePointer<Float>
  /// From a row to the next, in floats.
  public var rowStride = 0
  /// Rows of values.
  public var rows = 0
  /// `[outputs][weightStride]`.
  public var weights: UnsafePointer<Float>
  /// From a row of weights to the next, in floats.
  public var weightStride = 0
  /// Rows of weights.
  public var outputs = 0
  /// Values of a row that are multiplied: a vector or more.
  public var count = 0
  /// `outputs` values.
  public var bias: UnsafePointer<Float>
  /// The result of the first row with the first weights.
  public var output: UnsafeMutablePointer<Float>
  /// From the results of a row to those of the next, in floats.
  public var outputRowStride = 0
  /// From one result of a row to the next, in floats.
  public var outputStride = 1
  /// What follows the sum.
  public var epilogue = TileEpilogue()

  /// Extents and strides are 0 until they are set.
  public init(
    input: UnsafePointer<Float>, weights: UnsafePointer<Float>, bias: UnsafePointer<Float>,
    output: UnsafeMutablePointer<Float>
  ) {
    self.input = input
    self.weights = weights
    self.bias = bias
    self.output = output
  }

  /// Calls `code.dotTile`.
  @inlinable public static func run(_ work: UnsafePointer<Self>, by code: any MicroCode.Type) {
    code.dotTile(work)
  }
}
