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
  /// Where other engines take part, threads have run on all processors between two turns of a case: woken, those of a team may
  /// find themselves on one processor, and the system takes some milliseconds to spread them.
  static let leadBesideEngines = Seconds(10e-3)

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

  /// Adds the samples of one round, which are not none.
  mutating func addRound(_ inRound: [Double]) {
    samples += inRound
    rounds.append(Statistics.median(inRound))
  }
}

/// A case as the sampler sees it: it warms up once, then takes its turns.
package protocol Sampled: AnyObject {
  /// - Returns: heap allocations of a call; nil where nobody can tell.
  func warmUp(isInterrupted: () -> Bool) -> Double?
  /// Adds the samples of one round.
  /// - Parameter lead: how long it is called before, without being timed; one call at least.
  func takeTurn(_ times: inout CaseTimes, lead: Seconds)
}

/// A case that this process calls.
package final class Timed {
  private let run: () -> Void
  /// Processor time that the threads of the case have used so far.
  private let processorTime: () -> Seconds
  /// Done before each call, outside the time.
  private let before: (() -> Void)?
  /// Calls per sample and samples per round, known once it is warm.
  private var shape = (calls: 1, samples: 1)

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

  private func call() {
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

extension Timed: Sampled {
  /// Calls until three in a row are no faster than the best by 1 %; one call if it takes 0.3 s, which is the limit.
  package func warmUp(isInterrupted: () -> Bool) -> Double? {
    let first: (time: Seconds, allocations: Int?) = warmUp()
    var best = first.time
    var spent = best
    var disappointments = 0
    var allocations = [first.allocations]
    while disappointments < 3 && spent < Seconds(0.3) && !isInterrupted() {
      let (time, count) = warmUp()
      allocations.append(count)
      spent = spent + time
      disappointments = time.value < best.value * 0.99 ? 0 : disappointments + 1
      best = min(best, time)
    }
    shape = shape(call: best)
    return SteadyAllocations.perCall(allocations) { warmUp().allocations }
  }

  private func shape(call: Seconds) -> (calls: Int, samples: Int) {
    if isPrepared { return (1, SamplingPolicy.mostSamplesPerRound) }
    let calls = max(1, Int((SamplingPolicy.shortestSample.value / max(call.value, 1e-9)).rounded(.up)))
    let sample = call.value * Double(calls)
    let samples = Int(SamplingPolicy.roundShare.value / max(sample, 1e-9))
    return (min(calls, 100_000), min(SamplingPolicy.mostSamplesPerRound, max(1, samples)))
  }

  package func takeTurn(_ times: inout CaseTimes, lead: Seconds) {
    // One call brings the team awake and the data near, as after the call before in a steady state.
    if lead > Seconds(0) || shape.calls > 1 || shape.samples > 1 {
      let start = Clock.now()
      repeat { call() } while Clock.now() - start < lead
    }
    var inRound: [Double] = []
    for _ in 0..<shape.samples {
      let (time, processor) = time(calls: shape.calls)
      inRound.append(time.value / Double(shape.calls))
      times.processor.append(processor.value / Double(shape.calls))
    }
    times.addRound(inRound)
  }
}

/// Times cases in shuffled, balanced rounds.
package struct Sampler {
  private let policy: SamplingPolicy
  private let seed: UInt64
  private let now: () -> Seconds
  private let lead: Seconds
  private let isInterrupted: () -> Bool

  /// - Parameter lead: how long a case is called in each round before it is timed.
  package init(
    policy: SamplingPolicy, seed: UInt64, lead: Seconds = Seconds(0),
    now: @escaping () -> Seconds = Clock.now,
    isInterrupted: @escaping () -> Bool
  ) {
    self.now = now
    self.policy = policy
    self.seed = seed
    self.lead = lead
    self.isInterrupted = isInterrupted
  }

  /// - Parameters:
  ///   - onStep: called before each turn of a case with its index.
  ///   - rest: called before each turn of a case.
  /// - Returns: the times of each case; fewer rounds than asked for if interrupted.
  package func sample(
    _ cases: [any Sampled], onStep: (Step.Phase, Int) -> Void = { _, _ in }, rest: () -> Void
  ) -> [CaseTimes] {
    let started = now()
    var times = Array(repeating: CaseTimes(), count: cases.count)
    for (index, item) in cases.enumerated() {
      onStep(.warmUp, index)
      rest()
      times[index].allocations = item.warmUp(isInterrupted: isInterrupted)
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
        cases[index].takeTurn(&times[index], lead: lead)
      }
    }
    return times
  }
}
