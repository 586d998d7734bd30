import Kernels
import Measurement
import Workloads

/// A case whose times are known.
package struct TimedCase {
  package let item: Case
  package let median: Seconds
}

/// Rows of a workload, and its cases, which are there for a profile until this value is gone.
public struct MeasuredWorkload {
  /// What was measured.
  public let workload: Workload
  /// Of all its cases.
  public let rows: [RunRow]
  package let timed: [TimedCase]
  /// What is wrong with the workload, so that a run of it has no result: one sentence with its name.
  public let refusal: String?

  /// Cases that a profile can be made of.
  public var profilable: [CaseKey] { timed.map(\.item.key) }
}
