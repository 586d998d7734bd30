import Kernels
import Measurement

/// How often and how long cases are timed.
public struct SamplingPolicy: Sendable {
  /// Nil: between `fewestRounds` and `mostRounds`, as the time allows.
  public var rounds: Int?
  /// Time for one workload.
  public var budget: Seconds

  static let fewestRounds = 5
  static let mostRounds = 60
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
struct CaseTimes {
  /// Median of the samples of each round.
  var rounds: [Double] = []
  var samples: [Double] = []
  /// Processor time of the process per call, all threads.
  var processor: [Double] = []
}

/// Times cases in shuffled, balanced rounds.
struct Sampler {
  let policy: SamplingPolicy
  let seed: UInt64
  let isInterrupted: () -> Bool

  /// - Returns: the times of each case; fewer rounds than asked for if interrupted.
  func sample(_ cases: [Case], rest: () -> Void) -> [CaseTimes] {
    let started = Clock.now()
    let calls = cases.map { item -> (Int, Int) in
      rest()
      return shape(warmUp(item))
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
        measure(cases[index], calls[index], &times[index])
      }
    }
    return times
  }

  /// Calls until three in a row are no faster than the best by 1 %; at least two, at most 0.3 s.
  /// - Returns: the best time of a call.
  private func warmUp(_ item: Case) -> Seconds {
    var best = Clock.time { item.run() }
    var spent = best
    var disappointments = 0
    while disappointments < 3 && spent < Seconds(0.3) && !isInterrupted() {
      let time = Clock.time { item.run() }
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

  private func measure(_ item: Case, _ shape: (calls: Int, samples: Int), _ times: inout CaseTimes) {
    // One call brings the team awake and the data near, as after the call before in a steady state.
    if shape.calls > 1 || shape.samples > 1 { item.run() }
    var inRound: [Double] = []
    for _ in 0..<shape.samples {
      let processorStart = Clock.processorTime()
      let time = Clock.time { for _ in 0..<shape.calls { item.run() } }
      let processor = Clock.processorTime() - processorStart
      inRound.append(time.value / Double(shape.calls))
      times.processor.append(processor.value / Double(shape.calls))
    }
    times.samples += inRound
    times.rounds.append(Statistics.median(inRound))
  }
}
