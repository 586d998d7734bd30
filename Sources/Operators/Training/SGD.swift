import Tensors

/// What stochastic gradient descent is told.
/// - Source: PyTorch's `SGD` without dampening; Sutskever et al. 2013 for Nesterov's form.
public struct Optimizer: Sendable, Hashable {
  /// η, the learning rate; positive.
  public let rate: Double
  /// μ, what remains of the velocity; 0: there is none.
  public let momentum: Double
  /// λ, what is added of a weight to its gradient.
  public let decay: Double
  /// Whether the gradient is taken where the velocity leads.
  public let isNesterov: Bool

  /// A tenth of a rate that suits batches of 256 images.
  public init(rate: Double = 0.01, momentum: Double = 0.9, decay: Double = 1e-4, isNesterov: Bool = false) {
    precondition(rate > 0 && rate.isFinite, "learning rate \(rate) must be positive")
    precondition((0..<1).contains(momentum), "momentum \(momentum) must be from 0 to below 1")
    precondition(decay >= 0 && decay.isFinite, "weight decay \(decay) must not be negative")
    precondition(!isNesterov || momentum > 0, "Nesterov's form needs momentum")
    (self.rate, self.momentum, self.decay, self.isNesterov) = (rate, momentum, decay, isNesterov)
  }

  /// Whether each weight has a velocity.
  public var hasVelocity: Bool { momentum > 0 }

  /// For each weight: its step, the velocity's and the decay's, a product and a sum each; Nesterov's form takes another.
  var operations: Int { 2 + (hasVelocity ? 2 : 0) + (decay > 0 ? 2 : 0) + (isNesterov ? 2 : 0) }
}

extension Optimizer {
  /// Reads `rate`, `momentum`, `decay` and `nesterov`.
  public init(_ a: inout Attributes) throws(OperatorError) {
    let standard = Optimizer()
    let rate = try a.number("rate", default: standard.rate) { $0 > 0 }
    let momentum = try a.number("momentum", default: standard.momentum) { $0 < 1 }
    let decay = try a.number("decay", default: standard.decay) { _ in true }
    let isNesterov = try a.flag("nesterov", default: false)
    guard !isNesterov || momentum > 0 else { throw OperatorError("nesterov=1 needs a momentum above 0") }
    self.init(rate: rate, momentum: momentum, decay: decay, isNesterov: isNesterov)
  }

  /// Keys whose values are not the standard ones.
  public var attributes: [Attribute] {
    let standard = Optimizer()
    return (rate == standard.rate ? [] : [Attribute("rate", rate)])
      + (momentum == standard.momentum ? [] : [Attribute("momentum", momentum)])
      + (decay == standard.decay ? [] : [Attribute("decay", decay)])
      + (isNesterov ? [Attribute("nesterov", isNesterov)] : [])
  }
}

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

/// Running statistics of batch norms after a batch: `out = (1 − α)·running + α·c·batch`.
/// - Shapes: inputs are the running statistics, then the batch's of the same shapes; outputs are the running statistics.
/// - Cost: 3 operations for each value, a fourth where its correction c is not 1.
/// - Source: PyTorch's `BatchNorm2d`: the running variance is unbiased, with c = m/(m − 1) for m values of a channel.
public struct RunningStatistics: Operator {
  /// What is done to one of them.
  public struct Update: Sendable, Hashable {
    /// α, the share of the batch.
    public let momentum: Double
    /// c, what the batch's is multiplied by.
    public let correction: Double

    /// - Parameters:
    ///   - momentum: the share of the batch, above 0 and below 1.
    ///   - correction: what the batch's is multiplied by.
    public init(momentum: Double, correction: Double) {
      (self.momentum, self.correction) = (momentum, correction)
    }
  }

  /// One for each of them.
  public let updates: [Update]

  /// - Parameter updates: what is done to each.
  public init(_ updates: [Update]) { self.updates = updates }

  /// No workload text begins with it.
  public var keyword: String { "running-statistics" }
  /// Running and of the batch.
  public var inputCount: Int { 2 * updates.count }

  /// The running statistics.
  public func outputs(_ inputs: [TensorType]) throws(OperatorError) -> [TensorType] {
    let running = Array(inputs.prefix(updates.count))
    guard inputs.count == inputCount, running == Array(inputs.suffix(updates.count)) else {
      throw OperatorError(
        "running-statistics takes \(updates.count) of them and as many of a batch, not \(inputs.count) inputs"
      )
    }
    try checkNumbers(running, keyword)
    return running
  }

  /// 3 or 4 for each value.
  public func cost(_ inputs: [TensorType]) throws(OperatorError) -> Cost {
    let outputs = try outputs(inputs)
    let others = zip(updates, inputs).map { ($0.correction == 1 ? 3 : 4) * $1.count }
    return Cost(others: try sum(others), inputs: inputs, weights: [], outputs: outputs)
  }
}
