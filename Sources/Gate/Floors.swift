import Foundation
import Records

/// What the policy asks of a row whatever the baseline says.
struct Floors {
  /// Sentences about what is below its floor, beyond the noise of its own measurement.
  private(set) var missed: [String] = []
  /// About what is below its floor within the noise, or was not measured.
  private(set) var open: [String] = []

  /// - Parameter reference: the reference's row of the same workload and run, if there is one.
  init(_ record: Record, _ rule: Rule, reference: Record?) {
    guard record.kernel != "reference", record.oversubscribed != 1 else { return }
    // A shorter time of the row, or a longer one of the reference, would be a better value. Few rounds make intervals that are
    // too narrow; a change within the tolerance is none in any case.
    let best = Self.ratio(record.medianMs, record.ciLowMs) * (1 + rule.tolerancePercent / 100)
    let referenceBest = Self.ratio(reference?.ciHighMs, reference?.medianMs)
    check("speedup_vs_reference", record.speedupVsReference, rule.minimumSpeedup, noise: best * referenceBest)
    // What computes nothing has no share of a roof.
    if record.flops != 0 {
      check("roof_fraction", record.roofFraction, rule.minimumRoofFraction, noise: best)
    }
    if let threads = record.threads, threads > 1 {
      check("efficiency", record.efficiency, rule.minimumEfficiency[threads], noise: best)
    }
  }

  private static func ratio(_ a: Double?, _ b: Double?) -> Double {
    guard let a, let b, a > b, b > 0 else { return 1 }
    return a / b
  }

  /// - Parameter noise: what the value may be times larger.
  private mutating func check(_ name: String, _ value: Double?, _ least: Double?, noise: Double) {
    guard let least else { return }
    guard let value else {
      open.append("\(name) was not measured; the policy asks for \(Self.text(least, 2))")
      return
    }
    guard value < least else { return }
    let digits = (2...6).first { Self.text(value, $0) != Self.text(least, $0) } ?? 6
    let sentence = "\(name) \(Self.text(value, digits)) is below \(Self.text(least, digits))"
    if value * noise < least {
      missed.append(sentence)
    } else {
      open.append(sentence + " within the noise")
    }
  }

  private static func text(_ value: Double, _ digits: Int) -> String {
    String(format: "%.\(digits)f", value)
  }
}
