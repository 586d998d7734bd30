import Tensors

/// Batch normalisation at inference: `out = (in − mean[c]) / √(variance[c] + ε) · scale[c] + shift[c]`.
/// - Cost: folded to one multiplication and one addition per element; 2·C parameters.
/// - Source: Ioffe & Szegedy 2015, arXiv:1502.03167.
public struct BatchNorm: Spelled {
  /// The word in a workload text.
  public static let keyword = "batchnorm"
  /// PyTorch's ε, and that of torchvision's GoogLeNet.
  public static let examples = ["batchnorm@1x64x28x28", "batchnorm:eps=0.001@1x64x28x28"]
  /// PyTorch's.
  public static let standardEpsilon: Double = 1e-5
  /// What is added to the variance; positive.
  public var epsilon: Double
  /// Whether training, too, uses the estimated mean and variance, instead of those of the batch.
  public var isFrozen: Bool
  /// The share of a batch in the running statistics.
  public var momentum: Double

  /// PyTorch's share of a batch.
  public static let standardMomentum = 0.1

  /// - Precondition: `epsilon` and `momentum` lie between 0 and 1.
  public init(
    epsilon: Double = BatchNorm.standardEpsilon, isFrozen: Bool = false,
    momentum: Double = BatchNorm.standardMomentum
  ) {
    precondition(epsilon > 0 && epsilon < 1, "epsilon \(epsilon) must lie between 0 and 1")
    precondition(momentum > 0 && momentum < 1, "momentum \(momentum) must lie between 0 and 1")
    (self.epsilon, self.isFrozen, self.momentum) = (epsilon, isFrozen, momentum)
  }

  /// Reads `eps`, `frozen` and `momentum`.
  public init(_ a: inout Attributes) throws(OperatorError) {
    epsilon = try a.fraction("eps", default: BatchNorm.standardEpsilon)
    isFrozen = try a.flag("frozen", default: false)
    momentum = try a.fraction("momentum", default: BatchNorm.standardMomentum)
  }

  /// `eps` and `momentum`, if they are not the standard ones, and `frozen`, if it is.
  public var attributes: [Attribute] {
    (epsilon == BatchNorm.standardEpsilon ? [] : [Attribute("eps", epsilon)])
      + (isFrozen ? [Attribute("frozen", isFrozen)] : [])
      + (momentum == BatchNorm.standardMomentum ? [] : [Attribute("momentum", momentum)])
  }

  /// The type of the input, of rank 2 or more.
  public func outputs(_ inputs: [TensorType]) throws(OperatorError) -> [TensorType] {
    guard inputs.count == 1, inputs[0].rank >= 2 else {
      throw OperatorError("batchnorm takes 1 input of rank 2 or more")
    }
    try checkNumbers(inputs, keyword)
    return inputs
  }

  /// `weight` and `bias`, which are learned, `mean` and `variance`, which are not; C values each.
  public func weights(_ inputs: [TensorType]) throws(OperatorError) -> [Weight] {
    let channels = Shape(inputs[0].c)
    return [
      Weight("weight", channels, .scale), Weight("bias", channels, .shift), Weight("mean", channels, .mean),
      Weight("variance", channels, .variance),
    ]
  }

  /// A multiplication and an addition for each element: the statistics are folded into them beforehand.
  public func cost(_ inputs: [TensorType]) throws(OperatorError) -> Cost {
    let outputs = try outputs(inputs)
    return Cost(others: 2 * inputs[0].count, inputs: inputs, weights: try weights(inputs), outputs: outputs)
  }
}
