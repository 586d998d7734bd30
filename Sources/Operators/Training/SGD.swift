import Tensors

/// A step of stochastic gradient descent for all weights: `v = μ·v + g + λ·w` and `w −= η·v`, in Nesterov's form
/// `w −= η·(g + λ·w + μ·v)`; without momentum `w −= η·(g + λ·w)`.
/// - Shapes: inputs are the weights, their gradients and, with momentum, their velocities; outputs are the weights and the
///   velocities after the step. An output may be the memory of its input.
/// - Cost: 2 operations for each weight, and 2 more each for momentum, decay and Nesterov's form.
public struct SGD: Operator {
  /// What it is told.
  public let optimizer: Optimizer
  /// How many weights there are.
  public let count: Int

  /// - Parameter count: how many weights there are.
  public init(_ optimizer: Optimizer, count: Int) { (self.optimizer, self.count) = (optimizer, count) }

  /// No workload text begins with it.
  public var keyword: String { "sgd" }
  /// Weights, gradients and velocities.
  public var inputCount: Int { (optimizer.hasVelocity ? 3 : 2) * count }

  /// Weights and velocities.
  public func outputs(_ inputs: [TensorType]) throws(OperatorError) -> [TensorType] {
    let weights = Array(inputs.prefix(count))
    guard inputs.count == inputCount, inputs.indices.allSatisfy({ inputs[$0] == weights[$0 % count] }) else {
      throw OperatorError(
        "sgd takes \(count) weights, as many gradients of the same shapes"
          + (optimizer.hasVelocity ? " and velocities" : "") + ", not \(inputs.count) inputs")
    }
    try checkNumbers(weights, keyword)
    return optimizer.hasVelocity ? weights + weights : weights
  }

  /// 2 to 8 for each weight.
  public func cost(_ inputs: [TensorType]) throws(OperatorError) -> Cost {
    let outputs = try outputs(inputs)
    let elements = try sum(inputs.prefix(count).map(\.count))
    return Cost(
      others: try product([optimizer.operations, elements]), inputs: inputs, weights: [], outputs: outputs)
  }
}
