import Glibc
import Kernels
import Operators

extension ActivationGradient: ReferenceOperator {
  /// The derivative of each element times its gradient.
  public func step<A: ReferenceNumber>(_ place: ReferenceMemory<A>) -> () -> Void {
    {
      activationGradient(
        activation, place.inputs[0], place.inputs[1], place.outputShape.count, into: place.output)
    }
  }
}

/// One loop per function: a choice inside would keep the compiler from finding lanes in it.
@_specialize(where A == Float)
@_specialize(where A == Bounded)
@_specialize(where A == Likely)
func activationGradient<A: ReferenceNumber>(
  _ activation: Activation, _ kept: UnsafePointer<A>, _ gradient: UnsafePointer<A>, _ count: Int,
  into output: UnsafeMutablePointer<A>
) {
  switch activation {
  case .none: output.update(from: gradient, count: count)
  case .relu:
    for i in 0..<count { output[i] = gradient[i].chosen(above: A(0), kept[i], orNaN: true) }
  case .relu6:
    for i in 0..<count {
      output[i] = gradient[i].chosen(above: A(0), kept[i], orNaN: true)
        .chosen(above: kept[i], A(6), orNaN: true)
    }
  case .sigmoid:
    for i in 0..<count { output[i] = gradient[i] * (kept[i] * (A(1) - kept[i])) }
  case .hardSigmoid:
    for i in 0..<count {
      output[i] = (gradient[i] / A(6)).chosen(above: A(0), kept[i], orNaN: false)
        .chosen(above: kept[i], A(1), orNaN: false)
    }
  case .silu:
    for i in 0..<count { output[i] = gradient[i] * kept[i].siluSlope() }
  case .hardSwish:
    for i in 0..<count { output[i] = gradient[i].hardSwishGradient(kept[i]) }
  }
}

extension ReferenceNumber {
  /// This value where `x` is above `limit`, else zero.
  /// - Parameter orNaN: whether also where one of them is NaN.
  @inline(__always)
  fileprivate func chosen(above limit: Self, _ x: Self, orNaN: Bool) -> Self {
    chosen(limit < x || orNaN && (x.isNaN || limit.isNaN), isCertain: x.isApart(from: limit))
  }

  /// 0 up to −3, this value times `x / 3 + 1/2` below 3, this value from there on and for NaN.
  @inline(__always)
  fileprivate func hardSwishGradient(_ x: Self) -> Self {
    let (inner, low, high) = (self * (x / Self(3) + Self(constant: 0.5)), Self(-3), Self(3))
    let middle = inner.chosen(low < x && x < high, isCertain: x.isApart(from: low) && x.isApart(from: high))
    return middle + chosen(!(x < high), isCertain: x.isApart(from: high))
  }

  /// `s · (1 + x · (1 − s))` with the sigmoid s of x.
  @inline(__always)
  fileprivate func siluSlope() -> Self {
    let s = logistic()
    return s * (Self(1) + self * (Self(1) - s))
  }
}
