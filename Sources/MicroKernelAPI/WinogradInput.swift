/// Tiles of a row of an image, transformed for Winograd's convolution: Bᵀ·d·B of each tile d of (m + 2) × (m + 2) pixels, a
/// vector of channels at a time. Neighbouring tiles share two columns.
///
/// Pixels are vectors of channels; point (i, j) of tile t is stored at `output + (i·(m + 2) + j)·pointStride + t·lanes`.
public struct WinogradInput: MicroKernelCall {
  /// The first pixel of the first tile.
  public var input: UnsafePointer<Float>
  /// From a row of pixels to the next, in floats.
  public var rowStride = 0
  /// Point (0, 0) of the first tile.
  public var output: UnsafeMutablePointer<Float>
  /// From a point to the next, in floats.
  public var pointStride = 0
  /// Tiles to transform.
  public var tiles = 0
  /// m, the outputs of a tile along one axis: 2, 4 or 6.
  public var size = 0
  /// (m + 2)² vectors.
  public var scratch: UnsafeMutablePointer<Float>

  /// Strides and extents are 0 until they are set.
  public init(
    input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
  ) {
    self.input = input
    self.output = output
    self.scratch = scratch
  }

  /// Calls `code.winogradInput`.
  @inlinable public static func run(_ work: UnsafePointer<Self>, by code: any MicroCode.Type) {
    code.winogradInput(work)
  }
}
