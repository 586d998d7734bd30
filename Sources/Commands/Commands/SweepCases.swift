import Operators
import Tensors
import Workloads

/// Cases of a sweep: those that there are, and why the others are not.
struct SweepCases {
  private(set) var workloads: [Workload] = []
  private(set) var refusals: [UsageError] = []

  /// - Returns: nil if the operator cannot take the shape, which is kept as a refusal.
  @discardableResult
  mutating func add(_ op: any Operator, _ shape: Shape) -> Workload? {
    do {
      let workload = try Workload(op, shape)
      workloads.append(workload)
      return workload
    } catch {
      refusals.append(error)
      return nil
    }
  }

  /// Tells what is left out.
  /// - Throws: the first refusal if nothing is left.
  func tell() throws(UsageError) {
    if workloads.isEmpty, let first = refusals.first { throw first }
    for refusal in refusals { Console.note("cbambench: left out: \(refusal)") }
  }
}
