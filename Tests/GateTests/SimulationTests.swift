import Foundation
import Gate
import Records
import Testing

/// Runs of known truth, thousands of them: how often the gate is wrong.
@Suite struct SimulationTests {
  /// Outcomes of all cases of several runs.
  private func outcomes(
    _ noise: Synthetic, truth: Double, cases: Int, runs: Int, rounds: Int, confirming: Int
  ) -> [TimeVerdict.Outcome] {
    let judge = PairedJudge(Policy())
    return (0..<runs).flatMap { seed in
      let run = noise.run(
        Array(repeating: truth, count: cases), rounds: rounds, confirming: confirming, seed: UInt64(seed + 1))
      return judge.judgements(run).compactMap { $0.time?.outcome }
    }
  }

  /// Two equal builds, noise as wide as the tolerance: of 2,000 verdicts before confirmation at most alpha's share of runs
  /// has a false one. The seeds are fixed, so that this cannot flake.
  @Test(arguments: [
    Synthetic(processes: 0.02, turns: 0.02), Synthetic(processes: 0.06, turns: 0.01),
    Synthetic(processes: 0.02, turns: 0.02, outliers: 0.3),
  ])
  func falseAlarmsAreRare(noise: Synthetic) {
    let all = outcomes(noise, truth: 0, cases: 40, runs: 50, rounds: 14, confirming: 10)
    #expect(all.count == 2000)
    let wrong = all.count { $0 == .regressed || $0 == .improved }
    #expect(wrong <= 1, "\(wrong) of \(all.count)")
  }

  /// Equal medians right at the margin: the hardest case of "no regression beyond the tolerance". Without confirmation the
  /// share of runs with any alarm is bounded by alpha of one look.
  @Test func atTheMarginTheTestKeepsItsLevel() {
    let judge = PairedJudge(Policy())
    var alarms = 0
    for seed in 1...1000 as ClosedRange<UInt64> {
      let run = Synthetic(processes: 0.02, turns: 0.01).run([log(1.02)], rounds: 14, seed: seed)
      if judge.agenda(run).changed.contains(0) { alarms += 1 }
    }
    // alpha / looks = 1.25 %: 12.5 expected at most, 3 standard deviations more.
    #expect(alarms <= 24, "\(alarms) of 1000")
  }

  /// What the run says that it could have seen, it finds in about four of five cases.
  @Test(arguments: [14, 24]) func powerIsAsPredicted(rounds: Int) throws {
    let judge = PairedJudge(Policy())
    // Together the processes' and the turns' part: the spread of the median of four turns.
    let noise = Synthetic(processes: 0.02, turns: 0.004)
    let margins = Margins(alpha: Policy().alpha, cases: 20)
    let margin = Margins.margin(Rule())
    let effect = try #require(margins.smallestEffect(spread: 0.0202, margin: margin, rounds: rounds))
    var found = 0
    for seed in 1...30 as ClosedRange<UInt64> {
      let run = noise.run(Array(repeating: effect, count: 20), rounds: rounds, seed: seed)
      found += judge.agenda(run).changed.count
    }
    let share = Double(found) / 600
    #expect(share > 0.7, "\(share) at \(effect)")
    // A gate that found everything would promise too little.
    let half = margin + (effect - margin) / 2
    var early = 0
    for seed in 1...10 as ClosedRange<UInt64> {
      let run = noise.run(Array(repeating: half, count: 20), rounds: rounds, seed: seed)
      early += judge.agenda(run).changed.count
    }
    #expect(Double(early) / 200 < 0.6, "\(early) of 200 at half the effect")
  }

  @Test func plantedSlowdownsAreFoundAndConfirmed() {
    let found = outcomes(
      Synthetic(), truth: log(1.10), cases: 10, runs: 20, rounds: 20, confirming: 10)
    #expect(found.count { $0 == .regressed } >= 198, "\(found.count { $0 == .regressed }) of 200")
    let gains = outcomes(Synthetic(), truth: -log(1.10), cases: 10, runs: 5, rounds: 20, confirming: 10)
    #expect(gains.allSatisfy { $0 == .improved })
  }

  @Test func quietRunsAreTheSame() {
    let all = outcomes(
      Synthetic(processes: 0.004, turns: 0.004), truth: 0.002, cases: 10, runs: 10, rounds: 14, confirming: 0)
    #expect(all.allSatisfy { $0 == .same })
  }
}
