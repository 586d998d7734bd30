import Measurement
import Profiling

/// How often and how long cases are timed.
public struct SamplingPolicy: Sendable {
  /// Nil: between `fewestRounds` and `mostRounds`, as the time allows.
  public var rounds: Int?
  /// Time for the rounds of one workload.
  public var budget: Seconds

  package static let fewestRounds = 5
  package static let mostRounds = 60
  /// The clock ticks every 20–40 ns; a sample of 100 µs is exact to 0.1 %.
  static let shortestSample = Seconds(100e-6)
  /// A case gets about this long in one round, for short samples to have company.
  static let roundShare = Seconds(1.5e-3)
  static let mostSamplesPerRound = 5

  /// - Parameters:
  ///   - rounds: nil: as the time allows.
  ///   - budget: time for the rounds of one workload.
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
  /// Heap allocations per call of all threads; nil where the allocator does not tell.
  package var allocations: Double?
}

/// A case as the sampler sees it.
package struct Timed {
  private let run: () -> Void
  /// Processor time that the threads of the case have used so far.
  fileprivate let processorTime: () -> Seconds
  /// Done before each call, outside the time.
  private let before: (() -> Void)?

  package init(
    _ run: @escaping () -> Void, processorTime: @escaping () -> Seconds = Clock.processorTime,
    before: (() -> Void)? = nil
  ) {
    self.run = run
    self.processorTime = processorTime
    self.before = before
  }

  /// Whether something is done before each call, so that calls cannot follow each other within a sample.
  var isPrepared: Bool { before != nil }

  func call() {
    before?()
    run()
  }

  /// Time of a call that warms up, and its heap allocations.
  func warmUp() -> (time: Seconds, allocations: Int?) {
    before?()
    var time = Seconds(0)
    let allocations = Allocations.count { time = Clock.time(run) }
    return (time, allocations)
  }

  /// Time of `calls` calls, and the processor time they took.
  func time(calls: Int = 1) -> (time: Seconds, processor: Seconds) {
    before?()
    let start = processorTime()
    let time = Clock.time { for _ in 0..<calls { run() } }
    return (time, processorTime() - start)
  }
}

/// Times cases in shuffled, balanced rounds.
package struct Sampler {
  private let policy: SamplingPolicy
  private let seed: UInt64
  private let now: () -> Seconds
  private let isInterrupted: () -> Bool

  package init(
    policy: SamplingPolicy, seed: UInt64, now: @escaping () -> Seconds = Clock.now,
    isInterrupted: @escaping () -> Bool
  ) {
    self.now = now
    self.policy = policy
    self.seed = seed
    self.isInterrupted = isInterrupted
  }

  /// - Parameters:
  ///   - onStep: called before each turn of a case with its index.
  ///   - rest: called before each turn of a case.
  /// - Returns: the times of each case; fewer rounds than asked for if interrupted.
  package func sample(
    _ cases: [Timed], onStep: (Step.Phase, Int) -> Void = { _, _ in }, rest: () -> Void
  ) -> [CaseTimes] {
    let started = now()
    var times = Array(repeating: CaseTimes(), count: cases.count)
    let shapes = cases.enumerated().map { index, item -> (Int, Int) in
      onStep(.warmUp, index)
      rest()
      let (call, allocations) = warmUp(item)
      times[index].allocations = allocations
      return shape(item, call)
    }
    var generator = SplitMix64(seed: seed)
    let most = policy.rounds ?? SamplingPolicy.mostRounds
    for round in 0..<most {
      let enough = round >= SamplingPolicy.fewestRounds && now() - started >= policy.budget
      if isInterrupted() || (policy.rounds == nil && enough) { break }
      for index in cases.indices.shuffled(using: &generator) {
        if isInterrupted() { break }
        onStep(.sample, index)
        rest()
        measure(cases[index], shapes[index], &times[index])
      }
    }
    return times
  }

  /// Calls until three in a row are no faster than the best by 1 %; one call if it takes 0.3 s, which is the limit.
  /// - Returns: the best time of a call, and the allocations of a call.
  private func warmUp(_ item: Timed) -> (call: Seconds, allocations: Double?) {
    let first = item.warmUp()
    var best = first.time
    var spent = best
    var disappointments = 0
    var allocations = [first.allocations]
    while disappointments < 3 && spent < Seconds(0.3) && !isInterrupted() {
      let (time, count) = item.warmUp()
      allocations.append(count)
      spent = spent + time
      disappointments = time.value < best.value * 0.99 ? 0 : disappointments + 1
      best = min(best, time)
    }
    return (best, SteadyAllocations.perCall(allocations) { item.warmUp().allocations })
  }

  /// Calls per sample and samples per round.
  private func shape(_ item: Timed, _ call: Seconds) -> (calls: Int, samples: Int) {
    if item.isPrepared { return (1, SamplingPolicy.mostSamplesPerRound) }
    let calls = max(1, Int((SamplingPolicy.shortestSample.value / max(call.value, 1e-9)).rounded(.up)))
    let sample = call.value * Double(calls)
    let samples = Int(SamplingPolicy.roundShare.value / max(sample, 1e-9))
    return (min(calls, 100_000), min(SamplingPolicy.mostSamplesPerRound, max(1, samples)))
  }

  private func measure(_ item: Timed, _ shape: (calls: Int, samples: Int), _ times: inout CaseTimes) {
    // One call brings the team awake and the data near, as after the call before in a steady state.
    if shape.calls > 1 || shape.samples > 1 { item.call() }
    var inRound: [Double] = []
    for _ in 0..<shape.samples {
      let (time, processor) = item.time(calls: shape.calls)
      inRound.append(time.value / Double(shape.calls))
      times.processor.append(processor.value / Double(shape.calls))
    }
    times.samples += inRound
    times.rounds.append(Statistics.median(inRound))
  }
}
