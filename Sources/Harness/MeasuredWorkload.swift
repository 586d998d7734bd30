import Kernels
import Measurement

/// A case whose times are known.
struct TimedCase {
  let item: Case
  let median: Seconds
}

/// Rows of a workload, and its cases, which are there for a profile until this value is gone.
public struct MeasuredWorkload {
  public let workload: Workload
  public let rows: [RunRow]
  let timed: [TimedCase]

  /// Cases that a profile can be made of.
  public var profilable: [CaseKey] { timed.map(\.item.key) }

  /// Samples one of them alone: at most `budget`, or one call if that takes longer.
  /// - Throws: `UsageError` if there are too few samples, `ProfileError`.
  public func profile(_ key: CaseKey, budget: Seconds, isInterrupted: @escaping () -> Bool) throws
    -> CaseProfile
  {
    guard let found = timed.first(where: { $0.item.key == key }) else {
      preconditionFailure("\(workload.name) has no timed case \(key)")
    }
    return try CaseProfiler(plan: Plan(), tiled: Catalogue([]), isInterrupted: isInterrupted)
      .profile(found.item, workload, budget: budget, plain: found.median)
  }
}
