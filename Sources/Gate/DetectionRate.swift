import Foundation
import Measurement

/// How often a gate said what, in runs whose truth is known.
public struct DetectionRate: Sendable, Equatable {
  /// Extra work of the head, percent; 0: both sides are the same.
  public let planted: Double
  /// Cases that were counted.
  public var cases = 0
  /// Cases called regressed.
  public var regressed = 0
  /// Cases called improved.
  public var improved = 0
  /// Cases about which nothing was said.
  public var undetermined = 0
  /// Measured changes, as logarithms of ratios.
  public var changes: [Double] = []

  /// No cases yet.
  /// - Parameter planted: extra work of the head, percent.
  public init(planted: Double) { self.planted = planted }

  /// Adds the cases that have times of at least `shortest` seconds.
  public mutating func add(_ judgements: [CaseJudgement], shortest: Double = 0) {
    for item in judgements {
      guard let time = item.time, let base = time.base, base >= shortest else { continue }
      cases += 1
      regressed += time.outcome == .regressed ? 1 : 0
      improved += time.outcome == .improved ? 1 : 0
      undetermined += time.outcome == .undetermined ? 1 : 0
      if let change = time.change { changes.append(change) }
    }
  }

  /// What the rate counts: false alarms where nothing is planted, slowdowns found else.
  public var hits: Int { planted == 0 ? regressed + improved : regressed }

  /// Nil where no case was counted.
  public var share: Double? { cases == 0 ? nil : Double(hits) / Double(cases) }

  /// Median of the measured changes, as a fraction.
  public var medianChange: Double? { changes.isEmpty ? nil : expm1(Statistics.median(changes)) }

  /// Exact 95 % interval of the rate.
  public var interval: ClosedRange<Double>? {
    cases == 0 ? nil : Distributions.proportion(hits: hits, of: cases)
  }
}
