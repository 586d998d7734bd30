import Execution
import Kernels
import Measurement
import Operators
import Records
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

/// What each phase of a training step takes, inside a step of the whole.
struct PhaseTimes {
  /// Medians in milliseconds; packing is apart from the phases that it happens in.
  private(set) var milliseconds: [String: Double] = [:]

  /// Passes that the medians are of.
  private static let passes = 3
  /// The phase of regions that pack weights.
  static let packing = "packing"

  /// Nil where one region computes the whole.
  init?(_ item: Case) {
    let groups = item.regions.reduce(into: [(phase: String, regions: [Region])]()) { groups, region in
      let phase = Self.phase(region)
      if groups.last?.phase == phase {
        groups[groups.count - 1].regions.append(region)
      } else {
        groups.append((phase, [region]))
      }
    }
    guard groups.count > 1 else { return nil }
    var passes: [String: [Double]] = [:]
    for _ in 0..<Self.passes {
      var sums: [String: Double] = [:]
      for group in groups {
        sums[group.phase, default: 0] += Clock.time { item.team.run(group.regions) }.milliseconds
      }
      for (phase, sum) in sums { passes[phase, default: []].append(sum) }
    }
    item.team.rest()
    milliseconds = passes.mapValues { Statistics.median($0) }
  }

  private static func phase(_ region: Region) -> String {
    if region.isPacking { return packing }
    return switch region.layer.split(separator: ".").first {
    case "forward": "forward"
    case "loss", "loss-gradient": "loss"
    case "backward": "backward"
    default: "update"
    }
  }

  func fill(_ record: inout Record) {
    (record.forwardMs, record.lossMs) = (milliseconds["forward"], milliseconds["loss"])
    (record.backwardMs, record.updateMs) = (milliseconds["backward"], milliseconds["update"])
    record.packingMs = milliseconds[Self.packing]
  }
}
