import Kernels
import Operators
import Tensors

/// Repeats a training step in place: what comes out of one are the weights of the next.
///
/// Fill `inputs` before each step. The weights are those that it was given; whoever reads them between steps sees them learn.
public final class Trainer {
  /// What the step takes besides labels.
  public let inputs: [any AnyTensor]
  /// A class for each image, or `CrossEntropy.ignored`.
  public let labels: Tensor<Int64>
  /// Those that it was given and, with momentum, the velocities, which begin at zero.
  public let weights: Weights<Float>
  /// Steps that were taken.
  public private(set) var steps = 0
  private let classes: Int
  private let loss: Tensor<Float>
  private let workspace: Tensor<Float>
  private let regions: [Region]
  private let prepared: any Prepared
  private let team: Team

  /// - Parameters:
  ///   - kernel: one that computes composites, such as `Layers`.
  ///   - weights: of what is trained; they change.
  /// - Throws: what preparing throws: `OperatorError` with the name of a weight that is missing, `MemoryError`.
  public init(
    _ step: TrainingStep, _ kernel: any Kernel, weights: Weights<Float>, isa: ISA, team: Team
  ) throws {
    var arrays = weights.all
    for weight in try step.weights(step.inputs) where weight.role == .velocity {
      arrays[weight.name] = try Tensor<Float>(weight.shape)
    }
    let all = Weights(arrays)
    let prepared = try kernel.prepare(KernelTask(step, step.inputs, weights: all, isa: isa))
    inputs = try step.inputs.dropLast().map { try $0.makeTensor() }
    labels = try Tensor<Int64>(step.inputs[step.inputs.count - 1].shape)
    loss = try Tensor<Float>(Shape(1))
    workspace = try Tensor<Float>(Shape(max(1, prepared.workspace(threads: team.threads))))
    let outputs = [loss as any AnyTensor] + (try step.updated.map { try all[$0] })
    regions = prepared.bind(inputs + [labels], outputs, workspace: workspace, threads: team.threads)
    classes = try step.op.output(Array(step.inputs.dropLast())).c
    (self.weights, self.prepared, self.team) = (all, prepared, team)
  }

  /// Takes a step.
  /// - Returns: the loss before it.
  /// - Throws: `TrainingError` for a label that is no class, before anything is computed, and for a loss that is not finite.
  public func step() throws(TrainingError) -> Float {
    for (image, label) in labels.buffer.enumerated() where label != CrossEntropy.ignored {
      guard (0..<Int64(classes)).contains(label) else {
        throw .label(label, image: image, classes: classes)
      }
    }
    team.run(regions)
    steps += 1
    let result = loss.pointer[0]
    guard result.isFinite else { throw .loss(result, step: steps) }
    return result
  }
}

/// Why a step of training is none.
public enum TrainingError: Error, Equatable, CustomStringConvertible {
  /// A label that is neither a class nor the ignored one.
  case label(Int64, image: Int, classes: Int)
  /// A loss that is not finite; steps are counted from 1.
  case loss(Float, step: Int)

  /// One sentence without the place.
  public var description: String {
    switch self {
    case .label(let label, let image, let classes):
      "label \(label) of image \(image) is no class; expected 0 to \(classes - 1), or \(CrossEntropy.ignored) for an image that does not count"
    case .loss(let loss, let step):
      "the loss is \(loss) at step \(step)"
        + (step > 1 ? "; expected a finite number, which a smaller learning rate may give" : "")
    }
  }
}
