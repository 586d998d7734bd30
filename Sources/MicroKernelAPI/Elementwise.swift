/// One operation over `count` contiguous values.
public struct Elementwise: MicroKernelCall {
  /// What is computed from each value x.
  public enum Operation: Sendable {
    /// `max(x, 0)`, NaN stays NaN.
    case relu
    /// `1 / (1 + exp(−x))`.
    case sigmoid
    /// `x + second`.
    case add
    /// `x · scale + shift`.
    case affine
    /// `x`.
    case copy
    /// `min(max(x, 0), 6)`.
    case relu6
    /// `x / (1 + exp(−x))`.
    case silu
    /// `min(max(x + 3, 0), 6) / 6`.
    case hardSigmoid
    /// `x · min(max(x + 3, 0), 6) / 6`.
    case hardSwish
    /// `exp(x)`, cut off below −87 and above 88; 0 at −∞.
    case exponential
  }

  /// What is computed.
  public var operation: Operation
  /// `count` values.
  public var input: UnsafePointer<Float>
  /// `count` values for `add`; other operations read none.
  public var second: UnsafePointer<Float>?
  /// `count` values; may be `input`.
  public var output: UnsafeMutablePointer<Float>
  /// How many values there are.
  public var count = 0
  /// Factor of `affine`.
  public var scale: Float = 1
  /// Addend of `affine`.
  public var shift: Float = 0

  /// `second`, `scale` and `shift` are set afterwards.
  public init(
    _ operation: Operation, input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, count: Int
  ) {
    self.operation = operation
    self.input = input
    self.output = output
    self.count = count
  }

  /// Calls `code.elementwise`.
  @inlinable public static func run(_ work: UnsafePointer<Self>, by code: any MicroCode.Type) {
    code.elementwise(work)
  }
}
