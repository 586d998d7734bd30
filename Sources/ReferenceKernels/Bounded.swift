/// A `Double` with a bound on the error of the same computation in `Float`, in any order of summation.
///
/// Sums of integers are known to be exact: while Σ|x| ≤ 2²⁴ no order of additions rounds, so their bound is zero however
/// long they are. A bound for terms of any kind grows with their number n as n · u · Σ|x| and after some 10⁵ terms exceeds a
/// sum whose signs cancel; a comparison of integers tells as much about 10⁷ terms as about ten.
public struct Bounded: Exact {
  /// The result in `Double`.
  public var value: Double
  /// Error that does not depend on what is added next.
  private var error: Double
  /// Σ|x| of the sum that is under way.
  private var magnitude: Double
  /// Additions in it.
  private var additions: UInt32
  /// Whether all its terms are integers, without error.
  private var isInteger: Bool
  /// Whether all its terms but one are zero, without error: adding zeros does not round.
  private var isSingle: Bool

  /// Integers up to here, and no further, are all `Float` values.
  private static let largestInteger = 0x1p24
  /// What rounding a product, or a weight that something has been folded into, may cost beside the relative error
  /// where the result is subnormal: 2⁻¹⁵⁰ each, times what the weight is multiplied by.
  private static let underflow = 0x1p-147

  @inline(__always)
  private init(
    _ value: Double, error: Double, magnitude: Double, additions: UInt32, isInteger: Bool, isSingle: Bool
  ) {
    self.value = value
    self.error = error
    self.magnitude = magnitude
    self.additions = additions
    self.isInteger = isInteger
    self.isSingle = isSingle
  }

  /// A result that has been rounded: further additions start anew.
  @inline(__always)
  private init(_ value: Double, error: Double, isInteger: Bool = false) {
    self.init(
      value, error: error, magnitude: abs(value), additions: 0, isInteger: isInteger, isSingle: true)
  }

  /// A number without error.
  @inline(__always)
  public init(_ value: Float) {
    let value = Double(value)
    self.init(value, error: 0, isInteger: Bounded.isInteger(value))
  }

  /// A number of the formula itself, such as a divisor: `Float` rounds it, which counts as its error.
  public init(constant: Double) {
    self.init(constant, error: Float.u * abs(constant), isInteger: false)
  }

  /// Exact up to 2⁵¹; what is larger is not asked about.
  @inline(__always)
  private static func isInteger(_ value: Double) -> Bool { (value + 0x1.8p52) - 0x1.8p52 == value }

  /// Bound of |float result − value|, if nothing more is added.
  @inline(__always)
  public var bound: Double {
    isSingle || isInteger && magnitude <= Bounded.largestInteger ? error : anyOrder
  }

  @inline(__always)
  private var isZero: Bool { magnitude + error == 0 }

  /// Where a factor follows that may have been folded into the terms, which then are integers no longer.
  @inline(__always)
  private var anyOrder: Double {
    additions == 0 ? error : error + (Double(additions) + 4) * Float.u * magnitude
  }

  /// One more term of the sum that is under way.
  @inline(__always)
  public static func + (a: Bounded, b: Bounded) -> Bounded {
    Bounded(
      a.value + b.value, error: a.error + b.error, magnitude: a.magnitude + b.magnitude,
      additions: a.additions + b.additions + 1, isInteger: a.isInteger && b.isInteger,
      isSingle: a.isZero && b.isSingle || b.isZero && a.isSingle)
  }

  /// One more term, with the other sign.
  @inline(__always)
  public static func - (a: Bounded, b: Bounded) -> Bounded {
    var negative = b
    negative.value = -b.value
    return a + negative
  }

  /// The product of two numbers with errors; ends a sum.
  @inline(__always)
  public static func * (a: Bounded, b: Bounded) -> Bounded {
    let (value, ea, eb) = (a.value * b.value, a.anyOrder, b.anyOrder)
    let rounding = value == 0 ? 0 : Float.u * abs(value) + underflow
    return Bounded(value, error: abs(a.value) * eb + abs(b.value) * ea + ea * eb + rounding)
  }

  /// The product of two numbers that stay as they are; ends a sum. Exact where both are integers without error.
  @inline(__always)
  public static func product(_ a: Bounded, _ b: Bounded) -> Bounded {
    let value = a.value * b.value
    guard a.isInteger && b.isInteger && a.bound + b.bound == 0 && abs(value) <= largestInteger else {
      return a * b
    }
    return Bounded(value, error: 0, isInteger: true)
  }

  /// The product with a weight, which is exact; ends a sum.
  @inline(__always)
  public static func * (a: Bounded, b: Float) -> Bounded {
    let (value, b) = (a.value * Double(b), abs(Double(b)))
    let carried = b * a.bound
    let isInteger =
      a.isInteger && carried == 0 && Bounded.isInteger(value) && abs(value) <= largestInteger
    let rounding = isInteger || value == 0 ? 0 : Float.u * abs(value) + underflow * (1 + abs(a.value))
    return Bounded(value, error: carried + rounding, isInteger: isInteger)
  }

  /// - Note: for divisors whose relative error is far below one, as the counts and roots here.
  public static func / (a: Bounded, b: Bounded) -> Bounded {
    let value = a.value / b.value
    let relative = b.bound / abs(b.value)
    let rounding = value == 0 ? 0 : 2 * Float.u * abs(value) + underflow
    return Bounded(
      value, error: (a.bound / abs(b.value) + abs(value) * relative) * (1 + 2 * relative) + rounding)
  }

  /// The larger of both; its bound is the larger of both.
  public static func maximum(_ a: Bounded, _ b: Bounded) -> Bounded {
    let isLarger = b.value > a.value || b.value.isNaN
    let error = a.value == -.infinity ? b.bound : b.value == -.infinity ? a.bound : max(a.bound, b.bound)
    return Bounded(
      isLarger ? b.value : a.value, error: error, isInteger: error == 0 && (isLarger ? b : a).isInteger)
  }

  /// The smaller of both; its bound is the larger of both.
  public static func minimum(_ a: Bounded, _ b: Bounded) -> Bounded {
    let value = b.value < a.value || b.value.isNaN ? b.value : a.value
    let error = a.value == .infinity ? b.bound : b.value == .infinity ? a.bound : max(a.bound, b.bound)
    return Bounded(value, error: error)
  }

  /// The root; of a number whose relative error is far below one.
  public func squareRoot() -> Bounded {
    let root = value.squareRoot()
    return Bounded(root, error: bound / root + Float.u * root)
  }

  @inline(__always)
  func mapped(to value: Double, slope: Double, rounding: Double) -> Bounded {
    Bounded(value, error: slope * bound + rounding)
  }
}
