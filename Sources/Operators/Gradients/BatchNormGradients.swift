import Tensors

extension BatchNorm: Differentiable {
  /// With the statistics of the batch, unless they are frozen.
  public func forwardInTraining(_ inputs: [TensorType]) throws(OperatorError) -> any Operator {
    isFrozen ? self : BatchNormTraining(epsilon: epsilon, momentum: momentum)
  }

  /// One `BatchNormGradient`.
  public func addGradients(to gradients: inout GradientBuilder) throws(OperatorError) {
    let (x, dy) = (gradients.keep(.input(0)), gradients.gradient())
    let op = BatchNormGradient(epsilon: epsilon, isFrozen: isFrozen)
    let node =
      if isFrozen {
        gradients.add("gradient", op, x, dy, weights: "weight", "mean", "variance")
      } else {
        gradients.add(
          "gradient", op, x, dy, gradients.keep(.output(1)), gradients.keep(.output(2)), weights: "weight")
      }
    if gradients.wants(0) { gradients.give(input: 0, node) }
    gradients.give(weight: "weight", node.output(1))
    gradients.give(weight: "bias", node.output(2))
  }
}

/// Batch normalisation in training: `out = (in − μ[c]) / √(σ²[c] + ε) · scale[c] + shift[c]` with the mean μ and the biased
/// variance σ² of the batch.
/// - Shapes: `input` N×C×…; outputs are the result, `mean` C and `variance` C.
/// - Cost: 6 operations for each element: 1 for the mean, 3 for the variance, 2 for the result; 2·C parameters.
/// - Source: Ioffe & Szegedy 2015, arXiv:1502.03167, algorithm 1.
public struct BatchNormTraining: Operator {
  /// What is added to the variance; positive.
  public let epsilon: Double
  /// The share of a batch in the running statistics, which others compute.
  public let momentum: Double

  /// - Parameters:
  ///   - epsilon: what is added to the variance.
  ///   - momentum: the share of a batch in the running statistics.
  public init(
    epsilon: Double = BatchNorm.standardEpsilon, momentum: Double = BatchNorm.standardMomentum
  ) {
    (self.epsilon, self.momentum) = (epsilon, momentum)
  }

  /// No workload text begins with it.
  public var keyword: String { "batchnorm-training" }

  /// The result, and the mean and the biased variance of each channel.
  /// - Throws: `OperatorError` if a channel has a single value.
  public func outputs(_ inputs: [TensorType]) throws(OperatorError) -> [TensorType] {
    let output = try BatchNorm(epsilon: epsilon).output(inputs)
    guard output.count > output.c else {
      throw OperatorError(
        "batchnorm in training takes more than one value for each channel, not \(inputs[0]) with one")
    }
    return [output, TensorType(output.c), TensorType(output.c)]
  }

  /// As `BatchNorm` has them; the running mean and variance are not read.
  public func weights(_ inputs: [TensorType]) throws(OperatorError) -> [Weight] {
    try BatchNorm(epsilon: epsilon).weights(inputs)
  }

  /// 6 for each element; what is done once for a channel does not count.
  public func cost(_ inputs: [TensorType]) throws(OperatorError) -> Cost {
    Cost(
      others: 6 * inputs[0].count, inputs: inputs, weights: try weights(inputs), outputs: try outputs(inputs))
  }
}

extension BatchNormTraining: StatisticsKeeping {
  /// Mean and unbiased variance.
  public func statistics(_ inputs: [TensorType]) throws(OperatorError) -> [KeptStatistic] {
    let samples = Double(inputs[0].count / inputs[0].c)
    return [
      KeptStatistic(weight: "mean", output: 1, .init(momentum: momentum, correction: 1)),
      KeptStatistic(
        weight: "variance", output: 2, .init(momentum: momentum, correction: samples / (samples - 1))),
    ]
  }
}

/// The gradients of batch normalisation. With the batch's statistics, m values in each channel and x̂ = (x − μ) / √(σ² + ε):
/// dβ = Σ dy, dγ = Σ dy·x̂, dx = γ / √(σ² + ε) · (dy − dβ/m − x̂·dγ/m). With frozen statistics dx = γ / √(σ² + ε) · dy.
/// - Shapes: inputs are `input` N×C×…, `gradient` of the same shape and, unless frozen, `mean` and `variance` C; outputs are
///   the gradients of the input, of the scale γ and of the shift β.
/// - Cost: 9 operations for each element: 2 for x̂, 1 for dβ, 2 for dγ, 4 for dx, which takes 1 if frozen.
/// - Source: Ioffe & Szegedy 2015, arXiv:1502.03167, section 3.
public struct BatchNormGradient: Operator {
  /// What is added to the variance; positive.
  public let epsilon: Double
  /// Whether the statistics are weights instead of the batch's.
  public let isFrozen: Bool

  /// - Parameters:
  ///   - epsilon: what is added to the variance.
  ///   - isFrozen: whether mean and variance are weights.
  public init(epsilon: Double = BatchNorm.standardEpsilon, isFrozen: Bool = false) {
    (self.epsilon, self.isFrozen) = (epsilon, isFrozen)
  }

  /// No workload text begins with it.
  public var keyword: String { "batchnorm-gradient" }
  /// The input, the gradient and, unless frozen, the batch's statistics.
  public var inputCount: Int { isFrozen ? 2 : 4 }

  /// Gradients of the input, the scale and the shift.
  public func outputs(_ inputs: [TensorType]) throws(OperatorError) -> [TensorType] {
    guard inputs.count == inputCount, inputs[0].rank >= 2, inputs[0] == inputs[1],
      inputs[2...].allSatisfy({ $0 == TensorType(inputs[0].c) })
    else {
      throw OperatorError(
        "batchnorm-gradient takes input and gradient of one shape\(isFrozen ? "" : ", mean and variance"), not "
          + inputs.map(\.description).joined(separator: ", "))
    }
    try checkNumbers(inputs, keyword)
    return [inputs[0], TensorType(inputs[0].c), TensorType(inputs[0].c)]
  }

  /// Variances are positive.
  public func content(ofInput index: Int, _ inputs: [TensorType]) -> InputContent {
    index == 3 ? .positive : .dense
  }

  /// `weight`; if frozen also `mean` and `variance`.
  public func weights(_ inputs: [TensorType]) throws(OperatorError) -> [Weight] {
    try BatchNorm(epsilon: epsilon).weights(inputs).filter { $0.role == .scale || isFrozen && !$0.isLearned }
  }

  /// 9 for each element, 6 if frozen; what is done once for a channel does not count.
  public func cost(_ inputs: [TensorType]) throws(OperatorError) -> Cost {
    Cost(
      others: (isFrozen ? 6 : 9) * inputs[0].count, inputs: inputs, weights: try weights(inputs),
      outputs: try outputs(inputs))
  }
}
