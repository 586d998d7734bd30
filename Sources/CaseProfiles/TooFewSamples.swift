import Foundation
import Measurement

/// A profile that would tell nothing: one sentence.
public struct TooFewSamples: Error, CustomStringConvertible {
  /// Name of the workload.
  public let workload: String
  /// How many there are.
  public let samples: Int
  /// For how long the case was sampled.
  public let time: Seconds
  /// How many a profile needs.
  public let fewest: Int
  /// Whether the user has ended it early.
  public let isInterrupted: Bool

  /// What was found and expected.
  public var description: String {
    if isInterrupted { return "\(workload): \(samples) samples until then are too few for a profile" }
    let seconds = String(format: "%.3g", time.value)
    return
      "\(workload): \(samples) samples in \(seconds) s are too few for a profile; expected at least \(fewest)"
  }
}
