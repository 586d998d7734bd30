/// A `Double` with a bound on the error of the same computation in `Float`, in any order of summation.
public struct Bounded: Exact {
  public var value: Double
  /// Error that does not depend on what is added next.
  private var error: Double
  /// Σ|x| of the sum that is under way.
  private var magnitude: Double
  /// Additions in it.
  private var additions: Double

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

  @inline(__always)
  public var bound: Double { additions == 0 ? error : error + (additions + 4) * Float.u * magnitude }

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
    return Bounded(value, error: abs(a.value) * eb + abs(b.value) * ea + ea * eb + Float.u * abs(value))
  }

  @inline(__always)
  public static func * (a: Bounded, b: Float) -> Bounded {
    let (value, b) = (a.value * Double(b), abs(Double(b)))
    return Bounded(value, error: b * a.bound + Float.u * abs(value))
  }

  /// - Note: for divisors whose relative error is far below one, as the counts and roots here.
  public static func / (a: Bounded, b: Bounded) -> Bounded {
    let value = a.value / b.value
    let relative = b.bound / abs(b.value)
    return Bounded(
      value,
      error: (a.bound / abs(b.value) + abs(value) * relative) * (1 + 2 * relative) + 2 * Float.u * abs(value)
    )
  }

  public static func maximum(_ a: Bounded, _ b: Bounded) -> Bounded {
    let value = b.value > a.value || b.value.isNaN ? b.value : a.value
    let error = a.value == -.infinity ? b.bound : b.value == -.infinity ? a.bound : max(a.bound, b.bound)
    return Bounded(value, error: error)
  }

  public static func minimum(_ a: Bounded, _ b: Bounded) -> Bounded {
    let value = b.value < a.value || b.value.isNaN ? b.value : a.value
    let error = a.value == .infinity ? b.bound : b.value == .infinity ? a.bound : max(a.bound, b.bound)
    return Bounded(value, error: error)
  }

  public func squareRoot() -> Bounded {
    let root = value.squareRoot()
    return Bounded(root, error: bound / root + Float.u * root)
  }

  @inline(__always)
  func mapped(to value: Double, slope: Double, rounding: Double) -> Bounded {
    Bounded(value, error: slope * bound + rounding)
  }
}
