import Harness
import Measurement
import Testing

@Suite(.serialized) struct SamplingTests {
  /// What happens, in order: a case is called, or all rest.
  private final class Log {
    enum Event: Equatable { case call(Int), rest }
    var events: [Event] = []

    /// The case that had each turn; a turn begins with a rest.
    var turns: [Int] {
      events.split(separator: .rest).map { turn in
        if case .call(let index) = turn.first, turn.allSatisfy({ $0 == .call(index) }) { index } else { -1 }
      }
    }
  }

  private func sample(
    cases: Int, rounds: Int?, budget: Double = 0, seed: UInt64 = 1, log: Log = Log(),
    isInterrupted: @escaping (Log) -> Bool = { _ in false }
  ) -> [CaseTimes] {
    let policy = SamplingPolicy(rounds: rounds, budget: Seconds(budget))
    let sampler = Sampler(policy: policy, seed: seed) { isInterrupted(log) }
    let calls = (0..<cases).map { index in
      { () -> Void in
        log.events.append(.call(index))
        spin(Seconds(20e-6))
      }
    }
    return sampler.sample(calls.map { Timed($0) }) { log.events.append(.rest) }
  }

  @Test func everyCaseHasATurnInEveryRound() {
    let log = Log()
    let times = sample(cases: 4, rounds: 7, log: log)
    #expect(times.map(\.rounds.count) == [7, 7, 7, 7])
    let turns = log.turns
    #expect(turns.prefix(4) == [0, 1, 2, 3], "warming up")
    let rounds = stride(from: 4, to: turns.count, by: 4).map { Array(turns[$0..<min($0 + 4, turns.count)]) }
    #expect(rounds.count == 7)
    for round in rounds { #expect(round.sorted() == [0, 1, 2, 3]) }
    #expect(Set(rounds).count > 1, "the order is shuffled anew")
    let again = Log()
    _ = sample(cases: 4, rounds: 7, log: again)
    #expect(again.turns == turns, "the seed gives the order")
  }

  @Test(arguments: [1, 3, 9])
  func askedForRoundsAreHonoured(rounds: Int) {
    let log = Log()
    #expect(sample(cases: 2, rounds: rounds, budget: 1e9, log: log).map(\.rounds.count) == [rounds, rounds])
  }

  @Test func timeDecidesOtherwise() {
    let (few, many) = (SamplingPolicy.fewestRounds, SamplingPolicy.mostRounds)
    #expect(sample(cases: 2, rounds: nil, budget: 0).map(\.rounds.count) == [few, few])
    #expect(sample(cases: 1, rounds: nil, budget: 1e9).map(\.rounds.count) == [many])
  }

  /// A sample has some calls: were it not divided by their number, the calls would take longer than all that happened.
  @Test func timesAreThoseOfOneCall() {
    let (log, start) = (Log(), Clock.now())
    let times = sample(cases: 2, rounds: 5, log: log)
    let all = (Clock.now() - start).value
    for (index, times) in times.enumerated() {
      #expect(times.samples.count >= 5 && times.samples.count == times.processor.count)
      #expect(times.samples.allSatisfy { $0 >= 20e-6 } && times.rounds.allSatisfy { $0 >= 20e-6 })
      let calls = log.events.count { $0 == .call(index) }
      #expect((times.samples.min() ?? .infinity) * Double(calls) < 2 * all, "\(calls) calls in \(all) s")
    }
  }

  /// A sample has another number of calls than a round has samples; each call takes a second of this processor's time.
  @Test func processorTimesAreThoseOfOneCall() {
    for length in [30e-6, 200e-6] {
      var spent = 0.0
      let item = Timed(
        {
          spent += 1
          spin(Seconds(length))
        }, processorTime: { Seconds(spent) })
      let sampler = Sampler(policy: SamplingPolicy(rounds: 3, budget: Seconds(0)), seed: 1) { false }
      let times = sampler.sample([item]) {}
      #expect(times[0].processor.count >= 3 && times[0].processor.allSatisfy { $0 == 1 }, "\(times)")
    }
  }

  @Test func anInterruptionLeavesFewerRounds() {
    // In the middle of a round: no case is more than one round ahead.
    let times = sample(cases: 3, rounds: 50) { log in log.events.count { $0 == .rest } >= 3 + 3 * 4 + 2 }
    let counts = times.map(\.rounds.count)
    #expect(counts.allSatisfy { (4...5).contains($0) } && counts.contains(4) && counts.contains(5))
    #expect(sample(cases: 2, rounds: 5) { _ in true }.allSatisfy { $0.rounds.isEmpty && $0.samples.isEmpty })
  }

  @Test func noCasesTakeNoTime() { #expect(sample(cases: 0, rounds: nil, budget: 1e9).isEmpty) }
}

private func spin(_ time: Seconds) {
  let start = Clock.now()
  while Clock.now() - start < time {}
}
