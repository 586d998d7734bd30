/// The gradient of an activation over `count` contiguous values: `out = gradient · slope(kept)`.
public struct ElementwiseGradient: MicroKernelCall {
  /// What is kept, and the slope there.
  public enum Operation: Sendable {
    /// Of the output y: 0 where `y ≤ 0`, else 1.
    case relu
    /// Of the output y: 0 where `y ≤ 0` or `y ≥ 6`, else 1.
    case relu6
    /// Of the output y: `y · (1 − y)`.
    case sigmoid
    /// Of the output y: `1 / 6` where `0 < y < 1`, else 0.
    case hardSigmoid
    /// Of the input x with its sigmoid s: `s · (1 + x · (1 − s))`.
    case silu
    /// Of the input x: 0 up to −3, `x / 3 + 1/2` below 3, else 1.
    case hardSwish
  }

  /// What is computed.
  public var operation: Operation
  /// `count` values of the output or the input.
  public var kept: UnsafePointer<Float>
  /// `count` values.
  public var gradient: UnsafePointer<Float>
  /// `count` values, memory of its own.
  public var output: UnsafeMutablePointer<Float>
  /// How many values there are.
  public var count: Int

  /// Complete.
  public init(
    _ operation: Operation, kept: UnsafePointer<Float>, gradient: UnsafePointer<Float>,
    output: UnsafeMutablePointer<Float>, count: Int
  ) {
    self.operation = operation
    self.kept = kept
    self.gradient = gradient
    self.output = output
    self.count = count
  }

  /// Calls `code.elementwiseGradient`.
  @inlinable public static func run(_ work: UnsafePointer<Self>, by code: any MicroCode.Type) {
    code.elementwiseGradient(work)
  }
}
