import Models
import Operators
import Tensors

/// Which way through an operator is taken.
public enum Pass: String, Sendable, CaseIterable {
  /// From the input to the result.
  case forward
  /// From the gradient of the result to that of the input.
  case backwardData = "backward-data"
  /// From the gradient of the result to those of the weights.
  case backwardWeights = "backward-weights"
  /// Both. A network's images have no gradient.
  case backward
  /// Forward and backward, one after the other.
  case training
}

extension Pass {
  /// What is run, and what it takes.
  /// - Throws: `OperatorError`, which names the part that has no gradient.
  func run(
    _ op: any Operator, _ inputs: [TensorType]
  ) throws(OperatorError) -> (op: any Operator, inputs: [TensorType]) {
    guard self != .forward else { return (op, inputs) }
    if self == .training {
      let both = try ForwardBackward(op, inputs, wanted: wanted(op, inputs))
      return (both, both.inputs)
    }
    guard let backward = try training(op, inputs).backward else { return (op, inputs) }
    return backward.alone ?? (backward, backward.gradient.inputs)
  }

  /// What runs forward and what runs backward.
  func training(_ op: any Operator, _ inputs: [TensorType]) throws(OperatorError) -> Training {
    try Training(op, inputs, wanted: wanted(op, inputs))
  }

  /// Which gradients are computed.
  private func wanted(_ op: any Operator, _ inputs: [TensorType]) throws(OperatorError) -> WantedGradients {
    let numbers = Set(inputs.indices.filter { inputs[$0].element == .float32 })
    let isLearned = try op.weights(inputs).contains { $0.isLearned }
    switch self {
    case .backwardData: return WantedGradients(inputs: numbers, weights: false)
    case .backwardWeights:
      guard isLearned else { throw OperatorError("\(op.keyword) has no weights for the pass \(rawValue)") }
      return WantedGradients(inputs: [], weights: true)
    case .forward, .backward, .training:
      return WantedGradients(inputs: op is Network && isLearned ? [] : numbers, weights: isLearned)
    }
  }
}
