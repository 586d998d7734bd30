import Glibc
import Kernels
import Operators

extension ReferenceNumber {
  /// `max(x, 0)`, NaN stays NaN.
  @inline(__always) func rectified() -> Self { Self.maximum(self, Self(0)) }

  @inline(__always)
  func activated(_ activation: Activation) -> Self {
    switch activation {
    case .none: self
    case .relu: rectified()
    case .relu6: Self.minimum(rectified(), Self(6))
    case .sigmoid: logistic()
    case .silu: silu()
    case .hardSigmoid: hardSigmoid()
    case .hardSwish: hardSwish()
    }
  }
}

extension Float {
  /// `exp(x)`.
  @inline(__always) public func exponential() -> Float { expf(self) }
  /// The natural logarithm.
  @inline(__always) public func logarithm() -> Float { logf(self) }
  /// `1 / (1 + exp(−x))`.
  @inline(__always) public func logistic() -> Float { 1 / (1 + expf(-self)) }
  /// `x / (1 + exp(−x))`.
  @inline(__always) public func silu() -> Float { self / (1 + expf(-self)) }
  /// `min(max(x + 3, 0), 6) / 6`.
  @inline(__always) public func hardSigmoid() -> Float { shiftedReLU6 / 6 }
  /// `x · min(max(x + 3, 0), 6) / 6`.
  @inline(__always) public func hardSwish() -> Float { self * (shiftedReLU6 / 6) }

  @inline(__always) private var shiftedReLU6: Float {
    Float.minimum(Float.maximum(self + 3, 0), 6)
  }
}

extension Exact {
  /// An argument that is off by b changes the result by a factor of exp(b) at most; the exponential itself is within 4·u, and the
  /// last term covers the range in which it is cut off.
  public func exponential() -> Self {
    let result = exp(value)
    return mapped(to: result, slope: result * exp(min(bound, 80)), rounding: 4 * Float.u * result + 2e-38)
  }

  /// The slope is largest at the lower end of the argument's range.
  public func logarithm() -> Self {
    let result = log(value)
    return mapped(
      to: result, slope: 1 / max(value - bound, value / 2), rounding: 4 * Float.u * abs(result) + 1e-38)
  }

  /// 6·u covers the exponential (2·u), the sum and the division, and the last term the range in which a `Float` exponential is
  /// cut off.
  public func logistic() -> Self {
    let result = 1 / (1 + exp(-value))
    return mapped(to: result, slope: 0.25, rounding: 6 * Float.u * result + 2e-38)
  }

  /// The slope lies between −0.1 and 1.1. As the logistic function, and a product; where the exponential is cut off the result
  /// is below 1e-36. Zero stays zero.
  public func silu() -> Self {
    let result = value / (1 + exp(-value))
    return mapped(to: result, slope: 1.1, rounding: value == 0 ? 0 : 7 * Float.u * abs(result) + 1e-36)
  }

  /// A sum, and a division or the product with a rounded reciprocal.
  public func hardSigmoid() -> Self {
    let result = shiftedReLU6 / 6
    return mapped(to: result, slope: 1 / 6, rounding: 4 * Float.u * abs(result))
  }

  /// The slope lies between −0.5 and 1.5. As the hard sigmoid, and a product.
  public func hardSwish() -> Self {
    let result = value * shiftedReLU6 / 6
    return mapped(to: result, slope: 1.5, rounding: 5 * Float.u * abs(result))
  }

  /// Of a NaN, NaN.
  private var shiftedReLU6: Double { value + 3 < 0 ? 0 : value + 3 > 6 ? 6 : value + 3 }
}

// Operators.

protocol ReferenceActivation: ReferenceOperator, ActivationOperator {}

extension ReferenceActivation {
  /// The function of each element, one after the other.
  public func step<A: ReferenceNumber>(_ place: ReferenceMemory<A>) -> () -> Void {
    { activate(Self.activation, place.inputs[0], place.outputShape.count, into: place.output) }
  }
}

extension ReLU: ReferenceActivation {}
extension ReLU6: ReferenceActivation {}
extension Sigmoid: ReferenceActivation {}
extension SiLU: ReferenceActivation {}
extension HardSigmoid: ReferenceActivation {}
extension HardSwish: ReferenceActivation {}

/// One loop per function: a choice inside would keep the compiler from finding lanes in it.
@_specialize(where A == Float)
@_specialize(where A == Bounded)
@_specialize(where A == Likely)
func activate<A: ReferenceNumber>(
  _ activation: Activation, _ input: UnsafePointer<A>, _ count: Int, into output: UnsafeMutablePointer<A>
) {
  switch activation {
  case .none: output.update(from: input, count: count)
  case .relu: for i in 0..<count { output[i] = input[i].activated(.relu) }
  case .relu6: for i in 0..<count { output[i] = input[i].activated(.relu6) }
  case .sigmoid: for i in 0..<count { output[i] = input[i].activated(.sigmoid) }
  case .silu: for i in 0..<count { output[i] = input[i].activated(.silu) }
  case .hardSigmoid: for i in 0..<count { output[i] = input[i].activated(.hardSigmoid) }
  case .hardSwish: for i in 0..<count { output[i] = input[i].activated(.hardSwish) }
  }
}
