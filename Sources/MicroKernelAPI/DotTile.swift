/// Dot products of rows of values with rows of weights, vectorised along them, for outputs too few to fill vectors:
/// `out[r·outputRowStride + o·outputStride] = bias[o] + Σ_k in[r·rowStride + k] · w[o·weightStride + k]`.
/// The order of a sum depends on `count` alone.
public struct DotTile: MicroKernelCall {
  public var input: UnsafePointer<Float>
  public var rowStride = 0
  public var rows = 0
  /// `[outputs][weightStride]`.
  public var weights: UnsafePointer<Float>
  public var weightStride = 0
  public var outputs = 0
  /// Values of a row that are multiplied: a vector or more.
  public var count = 0
  /// `outputs` values.
  public var bias: UnsafePointer<Float>
  public var output: UnsafeMutablePointer<Float>
  public var outputRowStride = 0
  public var outputStride = 1
  public var epilogue = TileEpilogue()

  public init(
    input: UnsafePointer<Float>, weights: UnsafePointer<Float>, bias: UnsafePointer<Float>,
    output: UnsafeMutablePointer<Float>
  ) {
    self.input = input
    self.weights = weights
    self.bias = bias
    self.output = output
  }

  @inlinable public static func run(_ work: UnsafePointer<Self>, by code: any MicroCode.Type) {
    code.dotTile(work)
  }
}
