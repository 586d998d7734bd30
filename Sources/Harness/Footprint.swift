import Measurement
import Operators
import Records
import ReferenceKernels
import Workloads

/// Bytes that a workload takes while it is verified and measured.
///
/// Inputs and weights stay. The oracle has copies of the inputs, intermediate results and an answer while it computes, and
/// the answer alone until all kernels have been compared. Kernels add their outputs,
/// workspaces and packed weights one after the other; each is asked for when it is prepared.
package struct Footprint: Sendable {
  /// Inputs and weights.
  package let subject: Int
  /// What the oracle keeps while it computes.
  package let oracle: Int
  /// What is left of that while kernels are compared with it.
  package let answer: Int

  package init(_ workload: Workload) {
    let weights = (try? workload.op.weights(workload.inputs)) ?? []
    let given = (workload.inputs + weights.map(\.shape)).reduce(0) { $0 + $1.count }
    subject = given * MemoryLayout<Float>.stride
    // What cannot be computed takes nothing.
    (oracle, answer) = (try? Oracle.memory(workload.op, workload.inputs)) ?? (0, 0)
  }

  /// The largest sum of what lives at the same time.
  /// - Parameters:
  ///   - kernels: outputs, workspaces and packed weights of all kernels, or of those that are kept at the same time.
  ///   - integers: whether there is a second comparison, with exact integers, while they are kept.
  package func peak(kernels: Int = 0, integers: Bool = false) -> Int {
    max(subject + oracle, subject + answer + kernels, integers ? 2 * subject + kernels + oracle : 0)
  }
}

/// Memory that is not there.
struct Shortage: Error, CustomStringConvertible {
  let description: String

  /// - Throws: a shortage if the machine has less than `bytes` left.
  static func check(_ bytes: Int) throws(Shortage) {
    guard let available = Machine.availableMemory(), bytes > available else { return }
    throw Shortage(description: MachineReason.shortage(needed: bytes, available: available))
  }
}
