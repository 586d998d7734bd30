import Tensors

/// An activation as an operator of its own; `Activation.operations` per element.
public protocol ActivationOperator: Spelled {
  static var activation: Activation { get }
  init()
}

extension ActivationOperator {
  public static var keyword: String { activation.rawValue }
  public static var examples: [String] { ["\(keyword)@1x64x28x28"] }
  public var isExactOnIntegers: Bool { Self.activation.isExactOnIntegers }
  public init(_ a: inout Attributes) throws(OperatorError) { self.init() }
  public var attributes: [Attribute] { [] }

  public func outputs(_ inputs: [TensorType]) throws(OperatorError) -> [TensorType] {
    guard inputs.count == 1 else { throw OperatorError("\(keyword) takes 1 input, not \(inputs.count)") }
    try checkNumbers(inputs, keyword)
    return inputs
  }

  public func cost(_ inputs: [TensorType]) throws(OperatorError) -> Cost {
    let outputs = try outputs(inputs)
    return Cost(
      others: Self.activation.operations * inputs[0].count, inputs: inputs, weights: [], outputs: outputs)
  }
}

/// `max(x, 0)`, NaN stays NaN. One comparison per element.
public struct ReLU: ActivationOperator {
  public static let activation = Activation.relu
  public init() {}
}

/// `min(max(x, 0), 6)`, NaN stays NaN. Two comparisons per element.
/// - Source: Howard et al. 2017, arXiv:1704.04861, in the authors' code; Sandler et al. 2018, arXiv:1801.04381.
public struct ReLU6: ActivationOperator {
  public static let activation = Activation.relu6
  public init() {}
}

/// `1 / (1 + exp(−x))`: exponential, addition and division per element.
public struct Sigmoid: ActivationOperator {
  public static let activation = Activation.sigmoid
  public init() {}
}

/// `x / (1 + exp(−x))`, also called swish: a sigmoid and a multiplication per element. NaN at −∞, as in PyTorch.
/// - Source: Elfwing et al. 2017, arXiv:1702.03118; Ramachandran et al. 2017, arXiv:1710.05941.
public struct SiLU: ActivationOperator {
  public static let activation = Activation.silu
  public init() {}
}

/// `min(max(x + 3, 0), 6) / 6`: an addition, two comparisons and a division per element.
/// - Source: Howard et al. 2019, arXiv:1905.02244, section 5.2.
public struct HardSigmoid: ActivationOperator {
  public static let activation = Activation.hardSigmoid
  public init() {}
}

/// `x · min(max(x + 3, 0), 6) / 6`: a hard sigmoid and a multiplication per element. NaN at −∞, as in PyTorch.
/// - Source: Howard et al. 2019, arXiv:1905.02244, section 5.2.
public struct HardSwish: ActivationOperator {
  public static let activation = Activation.hardSwish
  public init() {}
}
