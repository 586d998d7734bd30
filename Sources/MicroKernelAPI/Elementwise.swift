/// One operation over `count` contiguous values.
public struct Elementwise: MicroKernelCall {
  public enum Operation: Sendable {
    case relu
    /// `1 / (1 + exp(−x))`.
    case sigmoid
    /// `x + second`.
    case add
    /// `x · scale + shift`.
    case affine
    case copy
    /// `min(max(x, 0), 6)`.
    case relu6
    /// `x / (1 + exp(−x))`.
    case silu
    /// `min(max(x + 3, 0), 6) / 6`.
    case hardSigmoid
    /// `x · min(max(x + 3, 0), 6) / 6`.
    case hardSwish
  }

  public var operation: Operation
  public var input: UnsafePointer<Float>
  public var second: UnsafePointer<Float>?
  public var output: UnsafeMutablePointer<Float>
  public var count = 0
  public var scale: Float = 1
  public var shift: Float = 0

  public init(
    _ operation: Operation, input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, count: Int
  ) {
    self.operation = operation
    self.input = input
    self.output = output
    self.count = count
  }

  @inlinable public static func run(_ work: UnsafePointer<Self>, by code: any MicroCode.Type) {
    code.elementwise(work)
  }
}
