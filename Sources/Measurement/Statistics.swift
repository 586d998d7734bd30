/// What is said about a set of samples.
public struct Summary: Sendable, Equatable {
  /// How many samples there are.
  public let count: Int
  /// In the samples' unit, like everything below.
  public let median: Double
  /// Median absolute deviation from the median, unscaled.
  public let medianAbsoluteDeviation: Double
  /// The smallest sample.
  public let minimum: Double
  /// The 95th percentile (type 7, see `Statistics.quantile`).
  public let percentile95: Double
  /// 95 % bootstrap interval of the median.
  public let interval: ClosedRange<Double>
}

extension Summary {
  /// - Parameter samples: at least one, all finite.
  public init(_ samples: [Double], seed: UInt64, resamples: Int = 1000) {
    precondition(!samples.isEmpty, "a summary needs at least one sample")
    let sorted = samples.sorted()
    let center = Statistics.median(sorted: sorted)
    count = samples.count
    median = center
    medianAbsoluteDeviation = Statistics.median(samples.map { abs($0 - center) })
    minimum = sorted[0]
    percentile95 = Statistics.quantile(sorted: sorted, 0.95)
    interval = Statistics.bootstrapMedian(sorted, seed: seed, resamples: resamples)
  }
}

/// Statistics of samples; no state, and random draws are seeded.
public enum Statistics {
  /// The median; of an even number of samples, the mean of the two in the middle.
  /// - Precondition: at least one sample.
  public static func median(_ samples: [Double]) -> Double { median(sorted: samples.sorted()) }

  static func median(sorted: [Double]) -> Double { quantile(sorted: sorted, 0.5) }

  /// Linear interpolation between order statistics (Hyndman & Fan 1996, type 7: the default of R and NumPy).
  public static func quantile(sorted: [Double], _ q: Double) -> Double {
    precondition(!sorted.isEmpty && (0...1).contains(q), "quantile \(q) of \(sorted.count) samples")
    let position = q * Double(sorted.count - 1)
    let below = Int(position)
    let above = min(below + 1, sorted.count - 1)
    return sorted[below] + (position - Double(below)) * (sorted[above] - sorted[below])
  }

  /// Percentile bootstrap of the median, 95 % (Efron 1979). One sample gives an interval of no width.
  public static func bootstrapMedian(_ samples: [Double], seed: UInt64, resamples: Int) -> ClosedRange<Double>
  {
    var generator = SplitMix64(seed: seed)
    var medians: [Double] = []
    medians.reserveCapacity(resamples)
    var draw = samples
    for _ in 0..<max(resamples, 1) {
      for i in draw.indices { draw[i] = samples[Int(generator.next() % UInt64(samples.count))] }
      medians.append(median(draw))
    }
    medians.sort()
    return quantile(sorted: medians, 0.025)...quantile(sorted: medians, 0.975)
  }
}
