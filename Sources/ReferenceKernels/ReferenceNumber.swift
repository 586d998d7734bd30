import Glibc

/// A number that the formulas can be computed with.
public protocol ReferenceNumber: BitwiseCopyable, Sendable {
  init(_ value: Float)
  static func + (a: Self, b: Self) -> Self
  static func - (a: Self, b: Self) -> Self
  static func * (a: Self, b: Self) -> Self
  static func / (a: Self, b: Self) -> Self
  /// The larger of both, NaN if either is.
  static func maximum(_ a: Self, _ b: Self) -> Self
  func squareRoot() -> Self
  /// `1 / (1 + exp(−x))`.
  func logistic() -> Self
}

extension ReferenceNumber {
  /// `max(x, 0)`, NaN stays NaN.
  @inline(__always) func rectified() -> Self { Self.maximum(self, Self(0)) }
}

extension Float: ReferenceNumber {
  @inline(__always)
  public static func maximum(_ a: Float, _ b: Float) -> Float {
    // Two selections instead of `||`, which would become a branch that random input mispredicts.
    let larger = b > a ? b : a
    return b == b ? larger : b
  }

  public func logistic() -> Float { 1 / (1 + expf(-self)) }
}

/// A `Double` with a bound on the error of the same computation in `Float`, in any order of summation.
public struct Bounded: ReferenceNumber {
  public var value: Double
  /// Error that does not depend on what is added next.
  private var error: Double
  /// Σ|x| of the sum that is under way.
  private var magnitude: Double
  /// Additions in it.
  private var additions: Double

  /// Unit roundoff of `Float`.
  private static let u = 0x1p-24

  @inline(__always)
  private init(_ value: Double, error: Double, magnitude: Double, additions: Double) {
    self.value = value
    self.error = error
    self.magnitude = magnitude
    self.additions = additions
  }

  /// A result that has been rounded: further additions start anew.
  @inline(__always)
  private init(_ value: Double, error: Double) {
    self.init(value, error: error, magnitude: abs(value), additions: 0)
  }

  @inline(__always)
  public init(_ value: Float) { self.init(Double(value), error: 0) }

  /// Bound of |float result − value|.
  @inline(__always)
  public var bound: Double { additions == 0 ? error : error + (additions + 4) * Bounded.u * magnitude }

  @inline(__always)
  public static func + (a: Bounded, b: Bounded) -> Bounded {
    Bounded(
      a.value + b.value, error: a.error + b.error, magnitude: a.magnitude + b.magnitude,
      additions: a.additions + b.additions + 1)
  }

  @inline(__always)
  public static func - (a: Bounded, b: Bounded) -> Bounded {
    var negative = b
    negative.value = -b.value
    return a + negative
  }

  @inline(__always)
  public static func * (a: Bounded, b: Bounded) -> Bounded {
    let (value, ea, eb) = (a.value * b.value, a.bound, b.bound)
    return Bounded(value, error: abs(a.value) * eb + abs(b.value) * ea + ea * eb + u * abs(value))
  }

  /// - Note: for divisors whose relative error is far below one, as the counts and roots here.
  public static func / (a: Bounded, b: Bounded) -> Bounded {
    let value = a.value / b.value
    let relative = b.bound / abs(b.value)
    return Bounded(
      value, error: (a.bound / abs(b.value) + abs(value) * relative) * (1 + 2 * relative) + 2 * u * abs(value)
    )
  }

  public static func maximum(_ a: Bounded, _ b: Bounded) -> Bounded {
    let value = b.value > a.value || b.value.isNaN ? b.value : a.value
    let error = a.value == -.infinity ? b.bound : b.value == -.infinity ? a.bound : max(a.bound, b.bound)
    return Bounded(value, error: error)
  }

  public func squareRoot() -> Bounded {
    let root = value.squareRoot()
    return Bounded(root, error: bound / root + Bounded.u * root)
  }

  /// The slope is at most 1/4; 6·u covers the exponential (2·u), the sum and the division, and the last term the range
  /// in which a `Float` exponential is cut off.
  public func logistic() -> Bounded {
    let result = 1 / (1 + exp(-value))
    return Bounded(result, error: bound / 4 + 6 * Bounded.u * result + 2e-38)
  }
}
