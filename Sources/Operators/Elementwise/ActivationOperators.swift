import Tensors

/// An activation as an operator of its own; `Activation.operations` per element.
public protocol ActivationOperator: Spelled, Differentiable {
  /// Which function it is.
  static var activation: Activation { get }
  /// It has no parameters.
  init()
}

extension ActivationOperator {
  /// The activation's own name.
  public static var keyword: String { activation.rawValue }
  /// One of 64 planes of 28×28.
  public static var examples: [String] { ["\(keyword)@1x64x28x28"] }
  /// Whether the function maps integers to integers.
  public var isExactOnIntegers: Bool { Self.activation.isExactOnIntegers }
  /// Reads nothing: an activation has no keys.
  public init(_ a: inout Attributes) throws(OperatorError) { self.init() }
  /// None.
  public var attributes: [Attribute] { [] }

  /// The type of the input, of any rank.
  public func outputs(_ inputs: [TensorType]) throws(OperatorError) -> [TensorType] {
    guard inputs.count == 1 else { throw OperatorError("\(keyword) takes 1 input, not \(inputs.count)") }
    try checkNumbers(inputs, keyword)
    return inputs
  }

  /// `Activation.operations` for each element.
  public func cost(_ inputs: [TensorType]) throws(OperatorError) -> Cost {
    let outputs = try outputs(inputs)
    return Cost(
      others: Self.activation.operations * inputs[0].count, inputs: inputs, weights: [], outputs: outputs)
  }
}

extension Activation {
  /// As an operator of its own; nil for none.
  public var layer: (any ActivationOperator)? {
    switch self {
    case .none: nil
    case .relu: ReLU()
    case .relu6: ReLU6()
    case .sigmoid: Sigmoid()
    case .silu: SiLU()
    case .hardSigmoid: HardSigmoid()
    case .hardSwish: HardSwish()
    }
  }
}

/// `max(x, 0)`, NaN stays NaN. One comparison per element.
public struct ReLU: ActivationOperator {
  /// The function of `act=relu`.
  public static let activation = Activation.relu
  /// The same for all inputs.
  public init() {}
}

/// `min(max(x, 0), 6)`, NaN stays NaN. Two comparisons per element.
/// - Source: Howard et al. 2017, arXiv:1704.04861, in the authors' code; Sandler et al. 2018, arXiv:1801.04381.
public struct ReLU6: ActivationOperator {
  /// The function of `act=relu6`.
  public static let activation = Activation.relu6
  /// The same for all inputs.
  public init() {}
}

/// `1 / (1 + exp(−x))`: exponential, addition and division per element.
public struct Sigmoid: ActivationOperator {
  /// The function of `act=sigmoid`.
  public static let activation = Activation.sigmoid
  /// The same for all inputs.
  public init() {}
}

/// `x / (1 + exp(−x))`, also called swish: a sigmoid and a multiplication per element. NaN at −∞, as in PyTorch.
/// - Source: Elfwing et al. 2017, arXiv:1702.03118; Ramachandran et al. 2017, arXiv:1710.05941.
public struct SiLU: ActivationOperator {
  /// The function of `act=silu`.
  public static let activation = Activation.silu
  /// The same for all inputs.
  public init() {}
}

/// `min(max(x + 3, 0), 6) / 6`: an addition, two comparisons and a division per element.
/// - Source: Howard et al. 2019, arXiv:1905.02244, section 5.2.
public struct HardSigmoid: ActivationOperator {
  /// The function of `act=hard-sigmoid`.
  public static let activation = Activation.hardSigmoid
  /// The same for all inputs.
  public init() {}
}

/// `x · min(max(x + 3, 0), 6) / 6`: a hard sigmoid and a multiplication per element. NaN at −∞, as in PyTorch.
/// - Source: Howard et al. 2019, arXiv:1905.02244, section 5.2.
public struct HardSwish: ActivationOperator {
  /// The function of `act=hard-swish`.
  public static let activation = Activation.hardSwish
  /// The same for all inputs.
  public init() {}
}
