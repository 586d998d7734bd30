import Measurement
import Testing

@Suite struct StatisticsTests {
  // python: a = [3.5, 1.25, 9.0, 2.0, 7.75, 4.0, 4.5]; [float(numpy.quantile(a, q)) for q in (0, .025, ...)]
  static let odd = [3.5, 1.25, 9.0, 2.0, 7.75, 4.0, 4.5]
  // python: b = [10.0, 1.0, 2.0, 1000.0]
  static let even = [10.0, 1.0, 2.0, 1000.0]

  @Test(arguments: [
    (0.0, 1.25), (0.025, 1.3625), (0.1, 1.7), (0.25, 2.75), (0.5, 4.0), (0.9, 8.25), (0.95, 8.625),
    (0.975, 8.8125), (1.0, 9.0),
  ])
  func quantileAsNumPy(q: Double, expected: Double) {
    #expect(abs(Statistics.quantile(sorted: Self.odd.sorted(), q) - expected) < 1e-12)
  }

  @Test(arguments: [(0.25, 1.75), (0.5, 6.0), (0.95, 851.5)])
  func quantileOfAnEvenCountAsNumPy(q: Double, expected: Double) {
    #expect(abs(Statistics.quantile(sorted: Self.even.sorted(), q) - expected) < 1e-9)
  }

  @Test func quantileOfOneSampleIsTheSample() {
    for q in [0, 0.3, 1] { #expect(Statistics.quantile(sorted: [4.25], q) == 4.25) }
  }

  @Test func medianDoesNotDependOnTheOrder() {
    #expect(Statistics.median(Self.odd) == 4)
    #expect(Statistics.median(Self.odd.reversed()) == 4)
    #expect(Statistics.median(Self.even) == 6)
    #expect(Statistics.median([5]) == 5)
    #expect(Statistics.median([5, 6]) == 5.5)
  }

  @Test func summaryOfAnOddCount() {
    // python: m = numpy.median(a); float(numpy.median(numpy.abs(numpy.array(a) - m))) -> 2.0
    let summary = Summary(Self.odd, seed: 1)
    #expect(summary.count == 7)
    #expect(summary.median == 4)
    #expect(summary.medianAbsoluteDeviation == 2)
    #expect(summary.minimum == 1.25)
    #expect(abs(summary.percentile95 - 8.625) < 1e-12)
  }

  @Test func summaryOfAnEvenCount() {
    let summary = Summary(Self.even, seed: 1)
    #expect(summary.count == 4)
    #expect(summary.median == 6)
    #expect(summary.medianAbsoluteDeviation == 4.5)
    #expect(summary.minimum == 1)
    #expect(abs(summary.percentile95 - 851.5) < 1e-9)
  }

  @Test func summaryOfOneSampleHasNoWidth() {
    let summary = Summary([2.5], seed: 3)
    #expect(summary.count == 1 && summary.median == 2.5 && summary.minimum == 2.5)
    #expect(summary.medianAbsoluteDeviation == 0 && summary.percentile95 == 2.5)
    #expect(summary.interval == 2.5...2.5)
  }

  @Test func equalSamplesHaveNoWidth() {
    let summary = Summary(Array(repeating: 0.125, count: 9), seed: 3)
    #expect(summary.interval == 0.125...0.125)
    #expect(summary.medianAbsoluteDeviation == 0)
  }

  @Test(arguments: 1...10)
  func bootstrapIsDeterministicAndInside(seed: UInt64) {
    let samples = samples(41, seed: seed)
    let interval = Statistics.bootstrapMedian(samples, seed: seed, resamples: 500)
    #expect(Statistics.bootstrapMedian(samples, seed: seed, resamples: 500) == interval)
    #expect(samples.min()! <= interval.lowerBound && interval.upperBound <= samples.max()!)
    #expect(interval.contains(Statistics.median(samples)))
    #expect(interval.lowerBound < interval.upperBound)
  }

  @Test func bootstrapDependsOnTheSeed() {
    let samples = samples(40, seed: 5)
    let intervals = (1...8).map { Statistics.bootstrapMedian(samples, seed: $0, resamples: 50) }
    #expect(Set(intervals).count > 1)
  }

  @Test func bootstrapNarrowsAsTheRootOfTheCount() {
    let few = Statistics.bootstrapMedian(samples(50, seed: 2), seed: 1, resamples: 400)
    let many = Statistics.bootstrapMedian(samples(5000, seed: 2), seed: 1, resamples: 400)
    let ratio = (few.upperBound - few.lowerBound) / (many.upperBound - many.lowerBound)
    // Ten in the mean.
    #expect(ratio > 3 && ratio < 30)
  }

  @Test func bootstrapCoversTheTrueMedian() {
    // Uniform on 0..<1: the median is 0.5. 95 % of 200 are 190; below 175 or so would be a wrong interval.
    let covered = (1...200).count { seed in
      Statistics.bootstrapMedian(samples(31, seed: UInt64(seed)), seed: UInt64(seed), resamples: 200)
        .contains(0.5)
    }
    #expect(covered >= 175 && covered < 200)
  }

  @Test func summaryIsTheSameInAnyOrderOfSamples() {
    #expect(Summary(Self.odd, seed: 9) == Summary(Self.odd.reversed(), seed: 9))
    #expect(Summary(Self.odd, seed: 9).interval.contains(4))
  }

  @Test func noSamplesStopTheProgram() async {
    await #expect(processExitsWith: .failure) { _ = Summary([], seed: 1) }
    await #expect(processExitsWith: .failure) { _ = Statistics.quantile(sorted: [1], 1.5) }
  }

  /// Uniform on 0..<1.
  private func samples(_ count: Int, seed: UInt64) -> [Double] {
    var generator = SplitMix64(seed: seed &* 7919)
    return (0..<count).map { _ in Double(generator.next() >> 11) * 0x1p-53 }
  }
}

@Suite struct RandomTests {
  @Test func splitMix64KnownAnswers() {
    // The values that the generator's reference code in C gives for this seed.
    var generator = SplitMix64(seed: 1_234_567)
    let values = (0..<5).map { _ in generator.next() }
    #expect(
      values == [
        6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
        4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
      ])
  }

  @Test func aCopyGoesOnAlike() {
    var first = SplitMix64(seed: 0)
    _ = first.next()
    var second = first
    #expect((0..<100).allSatisfy { _ in first.next() == second.next() })
  }

  @Test func seedsGiveDifferentStreams() {
    let firsts = (0..<1000).map { seed -> UInt64 in
      var generator = SplitMix64(seed: UInt64(seed))
      return generator.next()
    }
    #expect(Set(firsts).count == 1000)
  }
}

@Suite struct ClockTests {
  @Test func neverGoesBackwards() {
    var last = Clock.now()
    for _ in 0..<100_000 {
      let now = Clock.now()
      if now < last { Issue.record("\(now.value) after \(last.value)") }
      last = now
    }
  }

  @Test func timesWork() {
    var sum = 0.0
    let outside = Clock.now()
    let inner = Clock.time { for i in 1...200_000 { sum += 1 / Double(i) } }
    let all = Clock.now() - outside
    #expect(sum > 12)
    #expect(inner.value > 0 && inner <= all)
  }

  @Test func processorTimeGrowsWithWork() {
    let start = Clock.processorTime()
    var sum = 0.0
    repeat {
      for i in 1...1000 { sum += 1 / Double(i) }
    } while Clock.processorTime() - start < Seconds(0.001)
    #expect(sum > 0 && start.value > 0)
  }

  @Test func wallClockIsAfterThisWasWritten() {
    // 2026-01-01 and 2200-01-01.
    #expect(Clock.wall().value > 1.767e9 && Clock.wall().value < 7.26e9)
  }

  @Test func passesErrorsOn() {
    struct Failure: Error {}
    #expect(throws: Failure.self) { try Clock.time { throw Failure() } }
  }

  @Test func secondsAreNumbers() {
    #expect(Seconds(1.5) + Seconds(0.25) == Seconds(1.75))
    #expect(Seconds(1.5) - Seconds(0.25) == Seconds(1.25))
    #expect(Seconds(0.25) < Seconds(1.5) && !(Seconds(1) < Seconds(1)))
    #expect(Seconds(0.25).milliseconds == 250)
    #expect([Seconds(2), Seconds(1)].sorted() == [Seconds(1), Seconds(2)])
  }
}
