/// A number that the formulas can be computed with.
public protocol ReferenceNumber: BitwiseCopyable, Sendable {
  /// The number itself.
  init(_ value: Float)
  /// A number of the formula, which `Float` may have to round.
  init(constant: Double)
  /// The sum, rounded once.
  static func + (a: Self, b: Self) -> Self
  /// The difference, rounded once.
  static func - (a: Self, b: Self) -> Self
  /// The product, rounded once.
  static func * (a: Self, b: Self) -> Self
  /// The product with a weight, which is exact.
  static func * (a: Self, b: Float) -> Self
  /// The product of two values that no kernel folds anything into: of integers, an integer.
  static func product(_ a: Self, _ b: Self) -> Self
  /// The quotient, rounded once.
  static func / (a: Self, b: Self) -> Self
  /// Whether the value is smaller, whatever the errors are; false if either is NaN.
  static func < (a: Self, b: Self) -> Bool
  /// The larger of both, NaN if either is.
  static func maximum(_ a: Self, _ b: Self) -> Self
  /// The smaller of both, NaN if either is.
  static func minimum(_ a: Self, _ b: Self) -> Self
  /// Whether it is no number.
  var isNaN: Bool { get }
  /// Whether `Float` must find the same of both the larger one.
  func isApart(from other: Self) -> Bool
  /// This value, or zero if it is not chosen.
  /// - Parameter isCertain: whether `Float` must choose the same; else the other choice is within the bound.
  func chosen(_ isChosen: Bool, isCertain: Bool) -> Self
  /// The root, rounded once.
  func squareRoot() -> Self
  /// `exp(x)`.
  func exponential() -> Self
  /// The natural logarithm; of a number whose relative error is far below one.
  func logarithm() -> Self
  /// `1 / (1 + exp(−x))`.
  func logistic() -> Self
  /// `x / (1 + exp(−x))`.
  func silu() -> Self
  /// `min(max(x + 3, 0), 6) / 6`.
  func hardSigmoid() -> Self
  /// `x · min(max(x + 3, 0), 6) / 6`.
  func hardSwish() -> Self
}

extension Float: ReferenceNumber {
  /// Rounded.
  public init(constant: Double) { self = Float(constant) }

  /// The product.
  @inline(__always)
  public static func product(_ a: Float, _ b: Float) -> Float { a * b }

  /// Always.
  @inline(__always)
  public func isApart(from other: Float) -> Bool { true }

  /// The value or zero.
  @inline(__always)
  public func chosen(_ isChosen: Bool, isCertain: Bool) -> Float { isChosen ? self : 0 }

  /// The larger of both, NaN if either is.
  @inline(__always)
  public static func maximum(_ a: Float, _ b: Float) -> Float {
    // Two selections instead of `||`, which would become a branch that random input mispredicts.
    let larger = b > a ? b : a
    return b == b ? larger : b
  }

  /// The smaller of both, NaN if either is.
  @inline(__always)
  public static func minimum(_ a: Float, _ b: Float) -> Float {
    let smaller = b < a ? b : a
    return b == b ? smaller : b
  }
}

/// A number that knows what its computation in `Float` would have given.
/// Nobody times it: its convolutions may use all processors.
protocol Exact: ReferenceNumber {
  var value: Double { get }
  /// Bound of |float result − value|.
  var bound: Double { get }
  /// A function of this number.
  /// - Parameters:
  ///   - slope: the function's steepest.
  ///   - rounding: bound of the error of the function in `Float`.
  func mapped(to value: Double, slope: Double, rounding: Double) -> Self
}

extension Exact {
  /// Compares the values.
  public static func < (a: Self, b: Self) -> Bool { a.value < b.value }

  /// Of the value.
  public var isNaN: Bool { value.isNaN }

  /// Whether their bounds do not overlap; exact values never do, not even equal ones.
  public func isApart(from other: Self) -> Bool {
    let reach = bound + other.bound
    return reach == 0 || !(abs(value - other.value) <= reach)
  }

  /// The value or zero; what is uncertain has a bound that the other choice lies within.
  public func chosen(_ isChosen: Bool, isCertain: Bool) -> Self {
    if isCertain && isChosen { return self }
    return Self(0).mapped(to: isChosen ? value : 0, slope: 0, rounding: isCertain ? 0 : abs(value) + bound)
  }
}

extension Float {
  /// Unit roundoff.
  static let u = 0x1p-24
}
