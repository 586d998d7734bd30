import Foundation
import Measurement

/// How much longer the head takes than the base, from pairs of times in clusters.
///
/// A cluster is one process of each side: its pairs share memory placement and whatever else a process is born with, so
/// it counts once, however many pairs it has.
package struct PairedEstimate: Sendable, Equatable {
  /// Median of the log-ratios `ln(head / base)` of all pairs.
  package let center: Double
  /// Of the median, from resampled clusters.
  package let interval: ClosedRange<Double>
  /// Median of each cluster.
  package let clusters: [Double]

  /// Resamples: the ends of a 95 % interval are good to about 5 % of its width.
  static let resamples = 2000

  /// - Parameters:
  ///   - clusters: log-ratios, at least one in each of at least two clusters.
  ///   - confidence: of the two-sided interval.
  package init(_ clusters: [[Double]], confidence: Double, seed: UInt64) {
    precondition(clusters.count > 1 && clusters.allSatisfy { !$0.isEmpty }, "clusters \(clusters)")
    self.clusters = clusters.map { Statistics.median($0) }
    let pool = Pool(clusters)
    center = pool.median(Array(repeating: 1, count: clusters.count))
    var generator = SplitMix64(seed: seed)
    var medians: [Double] = []
    medians.reserveCapacity(Self.resamples)
    var weights = [Int](repeating: 0, count: clusters.count)
    for _ in 0..<Self.resamples {
      for i in weights.indices { weights[i] = 0 }
      for _ in weights.indices { weights[Int(generator.next() % UInt64(weights.count))] += 1 }
      medians.append(pool.median(weights))
    }
    medians.sort()
    let tail = Self.tail(clusters.count, confidence: confidence)
    interval =
      Statistics.quantile(sorted: medians, tail)...Statistics.quantile(sorted: medians, 1 - tail)
  }

  /// Share of the resamples outside each end. The plain percentile interval is too narrow for few clusters; this one
  /// is widened as Student's interval is wider than the normal one: `Φ(−√(K / (K − 1)) · t)` (Hesterberg 2015,
  /// "What teachers should know about the bootstrap", section 5.2: expanded percentiles).
  package static func tail(_ clusters: Int, confidence: Double) -> Double {
    let K = Double(clusters)
    let t = Distributions.studentQuantile(1 - (1 - confidence) / 2, freedom: K - 1)
    return Distributions.normal(-(K / (K - 1)).squareRoot() * t)
  }

  /// Probability of clusters so far above `margin`, if in truth they were symmetric about it or below it.
  package func probability(above margin: Double) -> Double {
    SignedRank.probability(clusters.map { $0 - margin })
  }

  /// Probability of clusters so far below `−margin`.
  package func probability(below margin: Double) -> Double {
    SignedRank.probability(clusters.map { -margin - $0 })
  }

  /// Standard deviation of the clusters, from their median absolute deviation, which outliers do not move.
  package var spread: Double {
    let center = Statistics.median(clusters)
    // 1.4826: the ratio for a normal distribution.
    return 1.4826 * Statistics.median(clusters.map { abs($0 - center) })
  }
}

/// All values in order, with the cluster each comes from.
private struct Pool {
  private let values: [Double]
  private let owners: [Int]
  private let sizes: [Int]

  init(_ clusters: [[Double]]) {
    let pairs = clusters.indices.flatMap { owner in clusters[owner].map { (value: $0, owner: owner) } }
      .sorted { ($0.value, $0.owner) < ($1.value, $1.owner) }
    values = pairs.map(\.value)
    owners = pairs.map(\.owner)
    sizes = clusters.map(\.count)
  }

  /// Median of the values, each as often as its cluster's weight says.
  func median(_ weights: [Int]) -> Double {
    let count = zip(sizes, weights).reduce(0) { $0 + $1.0 * $1.1 }
    var seen = 0
    var below: Double?
    for (value, owner) in zip(values, owners) {
      seen += weights[owner]
      if below == nil, 2 * seen >= count { below = value }
      if 2 * seen > count { return ((below ?? value) + value) / 2 }
    }
    return values[values.count - 1]
  }
}
