import Measurement

/// How often and how long cases are timed.
public struct SamplingPolicy: Sendable {
  /// Nil: between `fewestRounds` and `mostRounds`, as the time allows.
  public var rounds: Int?
  /// Time for one workload.
  public var budget: Seconds

  package static let fewestRounds = 5
  package static let mostRounds = 60
  /// The clock ticks every 20–40 ns; a sample of 100 µs is exact to 0.1 %.
  static let shortestSample = Seconds(100e-6)
  /// A case gets about this long in one round, for short samples to have company.
  static let roundShare = Seconds(1.5e-3)
  static let mostSamplesPerRound = 5

  public init(rounds: Int? = nil, budget: Seconds) {
    self.rounds = rounds
    self.budget = budget
  }
}

/// The times of one case, seconds per call.
package struct CaseTimes {
  /// Median of the samples of each round.
  package var rounds: [Double] = []
  package var samples: [Double] = []
  /// Processor time of the process per call, all threads.
  package var processor: [Double] = []
}

/// Times cases in shuffled, balanced rounds.
package struct Sampler {
  /// One call of a case.
  package typealias Call = () -> Void

  private let policy: SamplingPolicy
  private let seed: UInt64
  private let isInterrupted: () -> Bool

  package init(policy: SamplingPolicy, seed: UInt64, isInterrupted: @escaping () -> Bool) {
    self.policy = policy
    self.seed = seed
    self.isInterrupted = isInterrupted
  }

  /// - Parameter rest: called before each turn of a case.
  /// - Returns: the times of each case; fewer rounds than asked for if interrupted.
  package func sample(_ cases: [Call], rest: () -> Void) -> [CaseTimes] {
    let started = Clock.now()
    let shapes = cases.map { call -> (Int, Int) in
      rest()
      return shape(warmUp(call))
    }
    var times = Array(repeating: CaseTimes(), count: cases.count)
    var generator = SplitMix64(seed: seed)
    let most = policy.rounds ?? SamplingPolicy.mostRounds
    for round in 0..<most {
      let enough = round >= SamplingPolicy.fewestRounds && Clock.now() - started >= policy.budget
      if isInterrupted() || (policy.rounds == nil && enough) { break }
      for index in cases.indices.shuffled(using: &generator) {
        if isInterrupted() { break }
        rest()
        measure(cases[index], shapes[index], &times[index])
      }
    }
    return times
  }

  /// Calls until three in a row are no faster than the best by 1 %; at least two, at most 0.3 s.
  /// - Returns: the best time of a call.
  private func warmUp(_ call: Call) -> Seconds {
    var best = Clock.time(call)
    var spent = best
    var disappointments = 0
    while disappointments < 3 && spent < Seconds(0.3) && !isInterrupted() {
      let time = Clock.time(call)
      spent = spent + time
      disappointments = time.value < best.value * 0.99 ? 0 : disappointments + 1
      best = min(best, time)
    }
    return best
  }

  /// Calls per sample and samples per round.
  private func shape(_ call: Seconds) -> (calls: Int, samples: Int) {
    let calls = max(1, Int((SamplingPolicy.shortestSample.value / max(call.value, 1e-9)).rounded(.up)))
    let sample = call.value * Double(calls)
    let samples = Int(SamplingPolicy.roundShare.value / max(sample, 1e-9))
    return (min(calls, 100_000), min(SamplingPolicy.mostSamplesPerRound, max(1, samples)))
  }

  private func measure(_ call: Call, _ shape: (calls: Int, samples: Int), _ times: inout CaseTimes) {
    // One call brings the team awake and the data near, as after the call before in a steady state.
    if shape.calls > 1 || shape.samples > 1 { call() }
    var inRound: [Double] = []
    for _ in 0..<shape.samples {
      let processorStart = Clock.processorTime()
      let time = Clock.time { for _ in 0..<shape.calls { call() } }
      let processor = Clock.processorTime() - processorStart
      inRound.append(time.value / Double(shape.calls))
      times.processor.append(processor.value / Double(shape.calls))
    }
    times.samples += inRound
    times.rounds.append(Statistics.median(inRound))
  }
}
