import Foundation
import Gate
import Testing

/// What SciPy computed; `Fixtures/make_fixtures.py` makes the file.
private struct Fixtures: Decodable {
  struct Adjusted: Decodable {
    let raw: [Double]
    let adjusted: [Double]
    init(from decoder: any Decoder) throws {
      var pair = try decoder.unkeyedContainer()
      raw = try pair.decode([Double].self)
      adjusted = try pair.decode([Double].self)
    }
  }
  struct Ranked: Decodable { let values: [Double], p: Double }
  struct Resampled: Decodable {
    let clusters: [[Double]], center: Double, tail: Double, low: [Double], high: [Double]
  }

  let normal: [[Double]]
  let normalQuantile: [[Double]]
  let student: [[Double]]
  let studentQuantile: [[Double]]
  let proportion: [[Double]]
  let adjusted: [Adjusted]
  let signedRank: [Ranked]
  let bootstrap: [Resampled]

  static let all: Fixtures? = {
    let url = Bundle.module.bundleURL.appendingPathComponent("statistics.json")
    return (try? Data(contentsOf: url)).flatMap { try? JSONDecoder().decode(Fixtures.self, from: $0) }
  }()
}

@Suite struct StatisticsTests {
  private let fixtures: Fixtures

  init() throws { fixtures = try #require(Fixtures.all) }

  private func expect(
    _ value: Double, _ expected: Double, within relative: Double = 1e-10, _ place: [Double],
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let error = abs(value - expected)
    #expect(
      error <= relative * abs(expected) + 1e-14, "\(place): \(value), expected \(expected)",
      sourceLocation: sourceLocation)
  }

  @Test func distributionsAsSciPy() {
    for row in fixtures.normal { expect(Distributions.normal(row[0]), row[1], row) }
    for row in fixtures.normalQuantile {
      expect(Distributions.normalQuantile(row[0]), row[1], within: 1e-9, row)
    }
    for row in fixtures.student { expect(Distributions.student(row[0], freedom: row[1]), row[2], row) }
    for row in fixtures.studentQuantile {
      expect(Distributions.studentQuantile(row[0], freedom: row[1]), row[2], within: 1e-8, row)
    }
    for row in fixtures.proportion {
      let interval = Distributions.proportion(hits: Int(row[0]), of: Int(row[1]))
      expect(interval.lowerBound, row[2], within: 1e-8, row)
      expect(interval.upperBound, row[3], within: 1e-8, row)
    }
  }

  @Test func signedRanksAsSciPy() {
    #expect(fixtures.signedRank.count >= 10)
    for row in fixtures.signedRank { expect(SignedRank.probability(row.values), row.p, row.values) }
    #expect(SignedRank.probability([]) == 1 && SignedRank.probability([0, 0]) == 1)
    #expect(SignedRank.probability(Array(repeating: 1, count: 30)) == 0x1p-30)
  }

  @Test func adjustmentAsSciPy() {
    for row in fixtures.adjusted {
      let adjusted = FalseDiscovery.adjusted(row.raw)
      for (value, expected) in zip(adjusted, row.adjusted) { expect(value, expected, row.raw) }
      #expect(adjusted.count == row.adjusted.count)
    }
    #expect(FalseDiscovery.adjusted([]).isEmpty)
  }

  /// The seeded draws against all draws that there are.
  @Test func intervalsAreThoseOfAllDraws() {
    for row in fixtures.bootstrap {
      expect(
        PairedEstimate.tail(row.clusters.count, confidence: 0.95), row.tail, within: 1e-7, row.clusters[0])
      for seed in [1, 2, 3] as [UInt64] {
        let estimate = PairedEstimate(row.clusters, confidence: 0.95, seed: seed)
        expect(estimate.center, row.center, row.clusters[0])
        #expect(row.low[0]...row.low[1] ~= estimate.interval.lowerBound, "\(row.clusters) \(estimate)")
        #expect(row.high[0]...row.high[1] ~= estimate.interval.upperBound, "\(row.clusters) \(estimate)")
      }
    }
  }

  @Test func theSeedGivesTheInterval() {
    let clusters: [[Double]] = (0..<15).map { cluster in
      (0..<4).map { pair -> Double in sin(Double(cluster * 4 + pair) * 7) }
    }
    let first = PairedEstimate(clusters, confidence: 0.95, seed: 7)
    #expect(first == PairedEstimate(clusters, confidence: 0.95, seed: 7))
    #expect(first.interval != PairedEstimate(clusters, confidence: 0.95, seed: 8).interval)
    let wider = PairedEstimate(clusters, confidence: 0.999, seed: 7)
    #expect(wider.interval.lowerBound < first.interval.lowerBound)
  }

  /// One process with many pairs is one data point.
  @Test func pairsOfOneClusterDoNotNarrowTheInterval() {
    let few = [0.00, 0.01, 0.03, 0.04, 0.06, 0.07].map { [$0] }
    let many = few.map { Array(repeating: $0[0], count: 100) }
    let (a, b) = (
      PairedEstimate(few, confidence: 0.95, seed: 1), PairedEstimate(many, confidence: 0.95, seed: 1)
    )
    #expect(a.interval == b.interval && a.center == b.center && a.clusters == b.clusters)
    #expect(a.probability(above: 0) == b.probability(above: 0))
  }
}
