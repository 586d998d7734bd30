import Tensors

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
