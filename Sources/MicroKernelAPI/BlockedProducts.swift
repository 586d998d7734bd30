/// Sums of products of rows of pixels with weights, both in blocks of channels:
/// `out[p][o] = Σ_b Σ_c in[b·blockStride + p·lanes + c] · w[b][c][o]` for `outputBlock` output channels, `blocks` blocks b of
/// `lanes` channels c, summed in this order.
public struct BlockedProducts: MicroKernelCall {
  /// The first pixel in the first block of channels: `[blocks][pixels][lanes]`.
  public var input: UnsafePointer<Float>
  /// From a block of channels to the next, in floats.
  public var blockStride = 0
  /// Blocks of channels.
  public var blocks = 0
  /// `[blocks][lanes][outputBlock]`.
  public var weights: UnsafePointer<Float>
  /// `[pixels][outputBlock]`.
  public var output: UnsafeMutablePointer<Float>
  /// Any number of pixels.
  public var pixels = 0

  /// Strides and extents are 0 until they are set.
  public init(
    input: UnsafePointer<Float>, weights: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>
  ) {
    self.input = input
    self.weights = weights
    self.output = output
  }

  /// Calls `code.blockedProducts`.
  @inlinable public static func run(_ work: UnsafePointer<Self>, by code: any MicroCode.Type) {
    code.blockedProducts(work)
  }
}
