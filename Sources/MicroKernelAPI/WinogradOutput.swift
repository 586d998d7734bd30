/// A row of tiles of Winograd's convolution, transformed back: Aᵀ·p·A + bias of each tile p of (m + 2) × (m + 2) sums of
/// products, a vector of output channels at a time, which gives m × m pixels.
///
/// Point (i, j) of tile t is read at `input + (i·(m + 2) + j)·pointStride + t·tileStride`; pixel (y, x) of tile t is stored at
/// `output + y·rowStride + (t·m + x)·lanes`.
public struct WinogradOutput: MicroKernelCall {
  /// Point (0, 0) of the first tile.
  public var input: UnsafePointer<Float>
  /// From a point to the next, in floats.
  public var pointStride = 0
  /// From a tile to the next, in floats.
  public var tileStride = 0
  /// One vector.
  public var bias: UnsafePointer<Float>
  /// The first pixel of the first tile.
  public var output: UnsafeMutablePointer<Float>
  /// From a row of pixels to the next, in floats.
  public var rowStride = 0
  /// Tiles to transform.
  public var tiles = 0
  /// m, the outputs of a tile along one axis: 2, 4 or 6.
  public var size = 0
  /// Whether ReLU follows.
  public var relu = false
  /// (m + 2)² vectors.
  public var scratch: UnsafeMutablePointer<Float>

  /// Strides and extents are 0 until they are set.
  public init(
    input: UnsafePointer<Float>, bias: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutablePointer<Float>
  ) {
    self.input = input
    self.bias = bias
    self.output = output
    self.scratch = scratch
  }

  /// Calls `code.winogradOutput`.
  @inlinable public static func run(_ work: UnsafePointer<Self>, by code: any MicroCode.Type) {
    code.winogradOutput(work)
  }
}
