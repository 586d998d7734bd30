import Foundation

/// Distribution functions that intervals and their small-sample corrections need.
package enum Distributions {
  /// P(Z ≤ z) of the standard normal distribution.
  package static func normal(_ z: Double) -> Double { 0.5 * erfc(-z / 2.0.squareRoot()) }

  /// z with P(Z ≤ z) = p.
  package static func normalQuantile(_ p: Double) -> Double {
    precondition(p > 0 && p < 1, "normal quantile of \(p)")
    return inverse(p, -40...40, normal)
  }

  /// P(T ≤ t) of Student's distribution.
  package static func student(_ t: Double, freedom: Double) -> Double {
    precondition(freedom > 0, "\(freedom) degrees of freedom")
    let tail = 0.5 * beta(freedom / (freedom + t * t), freedom / 2, 0.5)
    return t > 0 ? 1 - tail : tail
  }

  /// t with P(T ≤ t) = p.
  package static func studentQuantile(_ p: Double, freedom: Double) -> Double {
    precondition(p > 0 && p < 1, "Student quantile of \(p)")
    return inverse(p, -1e6...1e6) { student($0, freedom: freedom) }
  }

  /// Exact interval of a probability after `hits` of `trials` (Clopper and Pearson 1934).
  package static func proportion(hits: Int, of trials: Int, confidence: Double = 0.95) -> ClosedRange<Double>
  {
    precondition(trials > 0 && (0...trials).contains(hits), "\(hits) of \(trials)")
    let tail = (1 - confidence) / 2
    let (k, n) = (Double(hits), Double(trials))
    let low = hits == 0 ? 0 : inverse(tail, 0...1) { beta($0, k, n - k + 1) }
    let high = hits == trials ? 1 : inverse(1 - tail, 0...1) { beta($0, k + 1, n - k) }
    return low...max(low, high)
  }

  /// Where an increasing function takes a value: bisection down to the last bit.
  private static func inverse(
    _ value: Double, _ range: ClosedRange<Double>, _ function: (Double) -> Double
  ) -> Double {
    var (low, high) = (range.lowerBound, range.upperBound)
    for _ in 0..<200 {
      let middle = (low + high) / 2
      if middle == low || middle == high { break }
      if function(middle) < value { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }

  /// Regularised incomplete beta function I_x(a, b), by its continued fraction (DLMF 8.17.22) where that converges
  /// fast, else by symmetry.
  package static func beta(_ x: Double, _ a: Double, _ b: Double) -> Double {
    if x <= 0 { return 0 }
    if x >= 1 { return 1 }
    if x > (a + 1) / (a + b + 2) { return 1 - beta(1 - x, b, a) }
    let logFront = lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)
    return exp(logFront) / a / fraction(x, a, b)
  }

  /// 1 + d₁/(1 + d₂/(1 + …)), evaluated from the front (modified Lentz: Thompson and Barnett 1986).
  private static func fraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
    let tiny = 1e-300
    var (value, c, d) = (1.0, 1.0, 0.0)
    for i in 1...10_000 {
      let m = Double(i / 2)
      let term =
        i % 2 == 0
        ? m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        : -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
      d = 1 + term * d
      c = 1 + term / c
      d = 1 / (abs(d) < tiny ? tiny : d)
      c = abs(c) < tiny ? tiny : c
      value *= c * d
      if abs(c * d - 1) < 1e-15 { break }
    }
    return value
  }
}
