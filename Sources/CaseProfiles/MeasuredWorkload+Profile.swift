import Harness
import Kernels
import Measurement

extension MeasuredWorkload {
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
