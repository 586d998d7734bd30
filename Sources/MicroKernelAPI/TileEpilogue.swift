/// What follows the sum of a convolution before it is stored: bias always, then the rest in this order.
public struct TileEpilogue {
  /// Added element by element; same strides as the output. Nil: nothing is added.
  public var residual: UnsafePointer<Float>?
  /// Whether ReLU comes last.
  public var relu: Bool

  /// Nothing but the bias, by default.
  public init(residual: UnsafePointer<Float>? = nil, relu: Bool = false) {
    self.residual = residual
    self.relu = relu
  }
}
