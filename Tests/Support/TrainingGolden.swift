import Operators
import Tensors

/// Losses of the first steps of training as PyTorch computes them in double precision;
/// `Goldens/Training/make_training_goldens.py` makes the file and says what images, labels and weights are.
public struct TrainingGolden: Sendable, CustomStringConvertible {
  /// The network with the shape of its batches.
  public let workload: String
  /// What is trained.
  public let op: any Operator
  /// Type of a batch.
  public let images: TensorType
  /// How.
  public let optimizer: Optimizer
  /// Before each step.
  public let losses: [Double]

  /// The workload and the form of the step.
  public var description: String { workload + (optimizer.isNesterov ? " (Nesterov)" : "") }

  private struct File: Decodable {
    let workload: String
    let rate: Double
    let momentum: Double
    let decay: Double
    let nesterov: Bool
    let losses: [Double]
  }

  /// - Throws: what is wrong with a file, in a sentence.
  public static func all() throws -> [TrainingGolden] {
    try GoldenFile.cases(File.self, in: "Goldens/Training").map { file in
      let (op, inputs) = try GoldenFile.parsed(file.workload)
      return TrainingGolden(
        workload: file.workload, op: op, images: inputs[0],
        optimizer: Optimizer(
          rate: file.rate, momentum: file.momentum, decay: file.decay, isNesterov: file.nesterov),
        losses: file.losses)
    }
  }

  /// The batch of a step.
  public func fill(_ images: any AnyTensor, _ labels: Tensor<Int64>, step: Int) throws {
    let batch = try FormulaTensors.input(self.images.shape, named: "input.\(step)")
    images.address.copyMemory(from: batch.address, byteCount: self.images.bytes)
    for n in 0..<labels.count { labels.pointer[n] = Int64((7 * step + 3 * n) % 10) }
  }
}
