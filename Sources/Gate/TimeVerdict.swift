import Foundation
import Measurement
import Records

/// What the times of one case say.
public struct TimeVerdict: Sendable, Equatable {
  /// What the times of a case prove.
  public enum Outcome: String, Sendable, CaseIterable {
    /// Slower or faster by more than the tolerance; within it; none of these is proved.
    case regressed, improved, same, undetermined
  }

  /// What is proved.
  public var outcome = Outcome.undetermined
  /// Medians over the clean turns, seconds per call.
  public var base: Double?
  /// The head's seconds per call.
  public var head: Double?
  /// `ln(head / base)`, the median of the pairs, and its 95 % interval.
  public var change: Double?
  /// Lower end of the change's interval, a logarithm.
  public var low: Double?
  /// Upper end of the change's interval, a logarithm.
  public var high: Double?
  /// Probability of so large a change in the direction seen, were there none beyond the tolerance; and adjusted for the
  /// number of cases.
  public var p: Double?
  /// `p`, adjusted for the number of cases.
  public var adjusted: Double?
  /// Rounds and turns that counted, turns that were disturbed.
  public var rounds = 0
  /// Turns that count.
  public var turns = 0
  /// Turns that do not count, because something else used the machine.
  public var disturbed = 0
  /// Smallest change that a run like this finds in four of five cases, as a logarithm of a ratio.
  public var smallestEffect: Double?
  /// Rounds that would find the effect asked about, those that confirm it included; nil: no number would.
  public var roundsNeeded: Int?
  /// What the outcome does not say.
  public var note = ""

  /// The change in percent of the base.
  var changePercent: Double? { change.map { expm1($0) * 100 } }

  /// Nothing measured yet.
  public init() {}
}

/// The margins that times are held against.
///
/// A change counts if interval and test are beyond the tolerance and the change itself is at least the floor in µs.
public struct Margins: Sendable, Equatable {
  /// Looks at growing data that a run takes; each gets an equal part of alpha (Bonferroni).
  public static let looks = 4
  static let confidence = 0.95
  /// A round counts with at least two clean turns: one of each order, mostly.
  static let fewestTurns = 2
  /// Chance of a real effect that is called detectable.
  static let power = 0.8
  /// A confirming measurement is one test: its p may be this large.
  static let confirmation = 0.05

  /// Rounds of the second measurement of a case that looks changed after `judged` rounds. One that took long to judge is
  /// noisy: its second measurement is longer too.
  public static func confirmingRounds(judged: Int) -> Int { max(12, judged / 2) }

  /// Adjusted p below which a case is called changed.
  public let alpha: Double
  /// Cases judged together.
  public let cases: Int

  /// Margins of a run.
  /// - Parameters:
  ///   - alpha: share of false alarms that is borne; all looks share it.
  ///   - cases: how many cases are judged together.
  public init(alpha: Double, cases: Int) {
    self.alpha = alpha / Double(Self.looks)
    self.cases = max(1, cases)
  }

  /// The p that one changed case among all must reach.
  var strictest: Double { alpha / Double(cases) }

  /// Rounds below which not even rounds that all agree could say anything.
  public var fewestRounds: Int { Int((-log2(strictest)).rounded(.up)) }

  /// Rounds after which a run looks at its cases: enough for the test with two to spare, then half as many again.
  public var schedule: [Int] {
    (0..<Self.looks).reduce(into: []) { rounds, _ in
      rounds.append(rounds.last.map { ($0 * 3 + 1) / 2 } ?? fewestRounds + 2)
    }
  }

  /// The tolerance as a logarithm of a ratio.
  public static func margin(_ rule: Rule) -> Double { log1p(rule.tolerancePercent / 100) }

  /// The floor as a logarithm of a ratio, for a case that takes `base` seconds.
  static func floor(_ rule: Rule, base: Double) -> Double { log1p(rule.floorMicroseconds * 1e-6 / base) }

  /// The effect that `rounds` find with the promised power: test and interval must both be beyond the margin.
  package func smallestEffect(spread: Double, margin: Double, rounds: Int) -> Double? {
    guard rounds >= fewestRounds, rounds > 2 else { return nil }
    let K = Double(rounds)
    func t(_ p: Double) -> Double { Distributions.studentQuantile(p, freedom: K - 1) }
    // Of normal data the signed ranks use 3 / π, the median 2 / π.
    let test = (t(1 - strictest) + t(Self.power)) * spread / (3 / Double.pi * K).squareRoot()
    let interval =
      (t(1 - (1 - Self.confidence) / 2) + t(Self.power)) * spread / (2 / Double.pi * K).squareRoot()
    return margin + max(test, interval)
  }

  /// Rounds that find an effect, without its confirmation; nil if it is within the margin or 10,000 are too few.
  func roundsNeeded(spread: Double, margin: Double, effect: Double) -> Int? {
    guard effect > margin else { return nil }
    var (low, high) = (max(fewestRounds, 3), 10_000)
    func suffices(_ rounds: Int) -> Bool {
      smallestEffect(spread: spread, margin: margin, rounds: rounds).map { $0 <= effect } ?? false
    }
    guard suffices(high) else { return nil }
    while low < high {
      let middle = (low + high) / 2
      if suffices(middle) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

/// The clean turns of one case and purpose, and what they say.
struct TimeEvidence {
  let estimate: PairedEstimate?
  let base: Double?
  let head: Double?
  let rounds: Int
  let turns: Int
  let disturbed: Int

  init(_ turns: [PairedRun.Turn], _ disturbance: Disturbance, seed: UInt64) {
    let clean = turns.filter { disturbance.cause($0) == nil }
    let clusters = Dictionary(grouping: clean, by: \.round).filter { $0.value.count >= Margins.fewestTurns }
      .sorted { $0.key < $1.key }.map { $0.value }
    let counted = clusters.flatMap { $0 }
    disturbed = turns.count - clean.count
    rounds = clusters.count
    self.turns = counted.count
    base = counted.isEmpty ? nil : Statistics.median(counted.map(\.base))
    head = counted.isEmpty ? nil : Statistics.median(counted.map(\.head))
    let ratios = clusters.map { $0.map { log($0.head / $0.base) } }
    estimate = rounds > 1 ? PairedEstimate(ratios, confidence: Margins.confidence, seed: seed) : nil
  }

  /// Whether this evidence alone shows a change in a direction, at a level of p.
  func shows(_ outcome: TimeVerdict.Outcome, margin: Double, level: Double) -> Bool {
    guard let estimate else { return false }
    return switch outcome {
    case .regressed: estimate.probability(above: margin) <= level
    case .improved: estimate.probability(below: margin) <= level
    case .same, .undetermined: false
    }
  }
}
