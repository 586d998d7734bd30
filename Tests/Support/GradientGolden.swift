import Kernels
import Operators
import Tensors

/// Gradients computed by PyTorch in double precision; `Goldens/Gradients/make_gradient_goldens.py` makes the files and
/// states the rules for ties, jumps and NaN.
public struct GradientGolden: Sendable, CustomStringConvertible {
  /// The text of the forward operator with its shapes.
  public let workload: String
  /// What the inputs are like, in a word of the script: `dense`, `ties`, `nan`.
  public let values: String
  /// The forward operator.
  public let op: any Operator
  /// Its inputs; all values here and in the next two are exact in `Float`.
  public let inputs: [Tensor<Float>]
  /// Its weights, with the running statistics before this batch.
  public let weights: Weights<Float>
  /// The gradient of its output.
  public let gradient: Tensor<Float>
  /// Whether batch norm takes the mean and variance of the batch. The reference's takes those among the weights.
  public let isTraining: Bool
  /// The forward operator's.
  public let output: [Double]
  /// One for each input.
  public let inputGradients: [[Double]]
  /// Of the learned weights, by name.
  public let weightGradients: [String: [Double]]
  /// Mean and biased variance of the batch, by the names of the weights that are not learned; empty if not in training.
  public let batchStatistics: [String: [Double]]
  /// What those weights are after this batch, with a momentum of 0.1 and the unbiased variance; empty if not in training.
  public let runningStatistics: [String: [Double]]

  /// The workload and what is particular about the case.
  public var description: String { "\(workload) (\(values)\(isTraining ? ", training" : ""))" }

  private struct File: Decodable {
    let workload: String
    let values: String
    let training: Bool
    let inputs: [[Double]]
    let weights: [String: [Double]]
    let gradient: [Double]
    let output: [Double]
    let inputGradients: [[Double]]
    let weightGradients: [String: [Double]]
    let batchStatistics: [String: [Double]]?
    let runningStatistics: [String: [Double]]?
  }

  /// - Throws: what is wrong with a file, in a sentence.
  public static func all() throws -> [GradientGolden] {
    try GoldenFile.cases(File.self, in: "Goldens/Gradients").map(GradientGolden.init)
  }

  private init(_ file: File) throws {
    workload = file.workload
    values = file.values
    isTraining = file.training
    output = file.output
    inputGradients = file.inputGradients
    weightGradients = file.weightGradients
    batchStatistics = file.batchStatistics ?? [:]
    runningStatistics = file.runningStatistics ?? [:]
    let (op, types) = try GoldenFile.parsed(workload)
    self.op = op
    guard file.inputs.count == types.count else {
      throw OperatorError("\(workload) takes \(types.count) inputs here, not \(file.inputs.count)")
    }
    inputs = try zip(types, file.inputs).map { try GoldenFile.tensor($0.shape, $1, file.workload) }
    weights = try GoldenFile.weights(file.weights, op, types, workload)
    gradient = try GoldenFile.tensor(op.output(types).shape, file.gradient, workload)
    try checkCounts(op.weights(types))
  }

  /// - Throws: if a result is not of the extents of what it is a gradient, or statistic, of.
  private func checkCounts(_ declared: [Weight]) throws {
    func counts(_ list: [Weight]) -> [String: Int] {
      Dictionary(uniqueKeysWithValues: list.map { ($0.name, $0.shape.count) })
    }
    let statistics = isTraining ? counts(declared.filter { !$0.isLearned }) : [:]
    guard output.count == gradient.count, inputGradients.map(\.count) == inputs.map(\.count),
      weightGradients.mapValues(\.count) == counts(declared.filter(\.isLearned)),
      batchStatistics.mapValues(\.count) == statistics, runningStatistics.mapValues(\.count) == statistics
    else { throw OperatorError("\(self) has results of other names or extents") }
  }
}
