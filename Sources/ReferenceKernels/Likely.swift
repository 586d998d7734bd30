/// A `Double` with a bound that the error of the same computation in `Float` hardly ever exceeds, however deep it is.
///
/// A bound for the worst case grows by the ratio Σ|x| : |Σx| in every layer and after some ten of them says nothing.
/// Here rounding errors are independent with mean zero: variances are added, a sum of n terms contributes
/// (√n · ε · Σ|x|)², and the bound is eight standard deviations.
/// - Source: Higham & Mary 2019, "A new approach to probabilistic rounding error analysis", theorem 2.4:
///   |error of a sum| ≤ λ · √n · ε · Σ|x| with a probability of at least 1 − 2n · exp(−λ²/2).
struct Likely: Exact {
  var value: Double
  /// Of the error that does not depend on what is added next.
  private var variance: Double
  /// Σ|x| of the sum that is under way.
  private var magnitude: Double
  /// Additions in it.
  private var additions: Double

  private static let deviations = 8.0
  /// As in `Bounded`.
  private static let underflow = 0x1p-147

  @inline(__always)
  private init(_ value: Double, variance: Double, magnitude: Double, additions: Double) {
    self.value = value
    self.variance = variance
    self.magnitude = magnitude
    self.additions = additions
  }

  /// A result that has been rounded: further additions start anew.
  @inline(__always)
  private init(_ value: Double, variance: Double) {
    self.init(value, variance: variance, magnitude: abs(value), additions: 0)
  }

  @inline(__always)
  init(_ value: Float) { self.init(Double(value), variance: 0) }

  init(constant: Double) {
    let rounding = Float.u * abs(constant)
    self.init(constant, variance: rounding * rounding)
  }

  /// With the sum that is under way.
  @inline(__always)
  private var total: Double {
    let rounding = Float.u * magnitude
    // Not 0 · ∞.
    return additions == 0 ? variance : variance + additions * rounding * rounding
  }

  var bound: Double { Likely.deviations * total.squareRoot() }

  @inline(__always)
  static func + (a: Likely, b: Likely) -> Likely {
    Likely(
      a.value + b.value, variance: a.variance + b.variance, magnitude: a.magnitude + b.magnitude,
      additions: a.additions + b.additions + 1)
  }

  @inline(__always)
  static func - (a: Likely, b: Likely) -> Likely {
    var negative = b
    negative.value = -b.value
    return a + negative
  }

  @inline(__always)
  static func * (a: Likely, b: Likely) -> Likely {
    let (value, va, vb) = (a.value * b.value, a.total, b.total)
    let rounding = value == 0 ? 0 : Float.u * abs(value) + underflow
    return Likely(
      value, variance: a.value * a.value * vb + b.value * b.value * va + va * vb + rounding * rounding)
  }

  @inline(__always)
  static func product(_ a: Likely, _ b: Likely) -> Likely { a * b }

  @inline(__always)
  static func * (a: Likely, b: Float) -> Likely {
    let (value, b) = (a.value * Double(b), Double(b))
    let rounding = value == 0 ? 0 : Float.u * abs(value) + underflow * (1 + abs(a.value))
    return Likely(value, variance: b * b * a.total + rounding * rounding)
  }

  /// - Note: for divisors whose relative error is far below one, as the counts and roots here.
  static func / (a: Likely, b: Likely) -> Likely {
    let (value, square) = (a.value / b.value, b.value * b.value)
    let rounding = value == 0 ? 0 : 2 * Float.u * abs(value) + underflow
    return Likely(
      value, variance: a.total / square + value * value * b.total / square + rounding * rounding)
  }

  static func maximum(_ a: Likely, _ b: Likely) -> Likely {
    let value = b.value > a.value || b.value.isNaN ? b.value : a.value
    let variance = a.value == -.infinity ? b.total : b.value == -.infinity ? a.total : max(a.total, b.total)
    return Likely(value, variance: variance)
  }

  static func minimum(_ a: Likely, _ b: Likely) -> Likely {
    let value = b.value < a.value || b.value.isNaN ? b.value : a.value
    let variance = a.value == .infinity ? b.total : b.value == .infinity ? a.total : max(a.total, b.total)
    return Likely(value, variance: variance)
  }

  func squareRoot() -> Likely {
    let root = value.squareRoot()
    let rounding = Float.u * root
    return Likely(root, variance: total / value + rounding * rounding)
  }

  @inline(__always)
  func mapped(to value: Double, slope: Double, rounding: Double) -> Likely {
    Likely(value, variance: slope * slope * total + rounding * rounding)
  }
}
