import Execution
import Kernels
import Operators
import Roofs
import Tensors
import Workloads

/// Steps of training that are taken one after the other before anything is measured: whether the loss stays a number is a matter of
/// the learning rate, which no single step tells.
enum TrainingTrial {
  /// How many.
  static let steps = 3

  /// The losses before each step; none if the workload is no training step, no tiled kernel computes it, or the first loss is not
  /// finite, which the learning rate has no part in.
  /// - Throws: `TrainingError` for a later loss that is not finite, `OperatorError`, `MemoryError`, `DataMismatch`.
  static func losses(
    _ workload: Workload, _ candidates: [Candidate], _ plan: Plan, _ teams: Teams
  ) throws -> [Float] {
    guard let step = workload.op as? TrainingStep,
      let candidate = candidates.first(where: { !$0.isReference && $0.refusal == nil }),
      case .kernel(let kernel, _) = candidate.choice, let threads = plan.threads.last
    else { return [] }
    let subject = try Subject(workload, data: plan.data, seed: plan.seed, backing: .aligned)
    // Velocities begin at zero, whatever a lone step is measured with.
    let weights = Weights(subject.weights.all.filter { !$0.key.hasPrefix("velocity.") })
    let trainer = try Trainer(
      step, kernel, weights: weights, isa: candidate.isa, team: try teams[threads])
    for (input, given) in zip(trainer.inputs + [trainer.labels], subject.inputs) {
      input.address.copyMemory(from: given.address, byteCount: given.memory.count)
    }
    var losses: [Float] = []
    for _ in 0..<steps {
      do throws(TrainingError) { losses.append(try trainer.step()) } catch {
        if case .loss(_, step: 1) = error { return [] }
        throw error
      }
    }
    return losses
  }
}
