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

  /// Cases that a profile can be made of.
  public var profilable: [CaseKey] { timed.map(\.item.key) }
}
