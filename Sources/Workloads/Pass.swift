import Models
import Operators
import PlainText
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
  /// Forward and backward, one after the other; of a network a whole step: forward, loss, backward and update.
  case training
}

/// What follows the slash of a workload text: a pass, and for the steps of a network how its weights are updated:
/// `training:rate=0.1,momentum=0`.
public struct Way: Sendable, Hashable {
  /// Which way through the operator is taken.
  public let pass: Pass
  /// Used by training steps of networks alone.
  public let optimizer: Optimizer

  /// - Parameter optimizer: the standard one unless said.
  public init(_ pass: Pass, _ optimizer: Optimizer = Optimizer()) {
    (self.pass, self.optimizer) = (pass, optimizer)
  }

  /// Reads what follows the slash.
  public init(text: some StringProtocol) throws(UsageError) {
    let sides = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let word = String(sides.first ?? "")
    guard let pass = Pass(rawValue: word) else {
      let known = Pass.allCases.map(\.rawValue)
      let hint = Words.nearest(word, among: known).map { "; did you mean '\($0)'?" } ?? ""
      throw UsageError(
        "'\(word.shown)' is not a pass; expected one of: \(known.joined(separator: " "))\(hint)")
    }
    self.pass = pass
    guard sides.count == 2 else {
      optimizer = Optimizer()
      return
    }
    guard pass == .training else { throw UsageError("the pass \(pass.rawValue) has no keys") }
    do {
      var keys = try Attributes(Substring(sides[1]), of: pass.rawValue)
      optimizer = try Optimizer(&keys)
      try keys.finish()
    } catch { throw UsageError("\(error)") }
  }

  /// As it is read; keys with standard values are left out.
  public var text: String {
    let keys = optimizer.attributes.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
    return pass.rawValue + (keys.isEmpty || pass != .training ? "" : ":\(keys)")
  }
}

extension Pass {
  /// What is run, and what it takes.
  /// - Throws: `OperatorError`, which names the part that has no gradient.
  func run(
    _ op: any Operator, _ inputs: [TensorType], _ optimizer: Optimizer
  ) throws(OperatorError) -> (op: any Operator, inputs: [TensorType]) {
    guard self != .forward else { return (op, inputs) }
    if self == .training, op is Network {
      let step = try TrainingStep(op, inputs, optimizer)
      return (step, step.inputs)
    }
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
