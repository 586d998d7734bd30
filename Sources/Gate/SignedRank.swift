import Foundation

/// Wilcoxon's signed-rank test (Wilcoxon 1945), exact.
package enum SignedRank {
  /// Probability of a sum of positive ranks at least as large as that of `differences`, if each sign were a fair coin's.
  ///
  /// Exact for whatever distribution as long as it is symmetric about zero or leans below: two builds that are the same
  /// can be exchanged, so their log-ratios are symmetric. Equal magnitudes share their mean rank; zeros have no sign and
  /// are left out. Counting all sign patterns by rank sum takes K³ steps for K differences.
  package static func probability(_ differences: [Double]) -> Double {
    let magnitudes = differences.filter { $0 != 0 }.sorted { abs($0) < abs($1) }
    guard !magnitudes.isEmpty else { return 1 }
    // Twice the rank, so that mean ranks are whole.
    var ranks: [Int] = []
    while ranks.count < magnitudes.count {
      let first = ranks.count
      let end = magnitudes[first...].firstIndex { abs($0) != abs(magnitudes[first]) } ?? magnitudes.count
      ranks += Array(repeating: first + 1 + end, count: end - first)
    }
    let observed = zip(ranks, magnitudes).reduce(0) { $0 + ($1.1 > 0 ? $1.0 : 0) }
    let total = ranks.reduce(0, +)
    // shares[s]: probability that the ranks so far have the positive sum s.
    var shares = [Double](repeating: 0, count: total + 1)
    shares[0] = 1
    var reached = 0
    for rank in ranks {
      reached += rank
      for sum in stride(from: reached, through: 0, by: -1) {
        shares[sum] = 0.5 * (shares[sum] + (sum >= rank ? shares[sum - rank] : 0))
      }
    }
    return min(1, shares[observed...].reduce(0, +))
  }
}
