import Tensors

/// Fully connected layer: `out[n,o] = bias[o] + Σ_k in[n,k] · w[o,k]`; everything after the first extent is flattened.
/// - Shapes: `input` N×…, `weight` O×K, `output` N×O.
/// - Cost: N·O·K multiply-adds, one addition per output for the bias.
public struct Dense: Spelled {
  /// The word in a workload text.
  public static let keyword = "dense"
  /// A classifier's last layer, and one with an activation for a batch of images.
  public static let examples = ["dense:out=100@1x512", "dense:out=10,act=relu@8x64"]
  /// As exact as its activation: sums of products of integers are integers.
  public var isExactOnIntegers: Bool { activation.isExactOnIntegers }
  /// O, the values of each row of the output.
  public var outputs: Int
  /// Whether each output has an addend.
  public var bias: Bool
  /// What is applied to each output, last.
  public var activation: Activation

  /// - Precondition: `outputs` is positive.
  public init(out outputs: Int, bias: Bool = true, activation: Activation = .none) {
    precondition(outputs > 0, "out \(outputs) must be positive")
    self.outputs = outputs
    self.bias = bias
    self.activation = activation
  }

  /// Reads `out`, which is required, `bias` and `act`.
  public init(_ a: inout Attributes) throws(OperatorError) {
    outputs = try a.int("out")
    bias = try a.flag("bias", default: true)
    activation = try a.word("act", default: .none)
  }

  /// Every key, but `act` only where there is an activation.
  public var attributes: [Attribute] {
    let list = [Attribute("out", outputs), Attribute("bias", bias)]
    return activation == .none ? list : list + [Attribute("act", activation.rawValue)]
  }

  private func features(_ inputs: [TensorType]) throws(OperatorError) -> Int {
    guard inputs.count == 1, inputs[0].rank >= 2 else {
      throw OperatorError("dense takes 1 input of rank 2 or more, such as 1x2048")
    }
    try checkNumbers(inputs, keyword)
    return inputs[0].count / inputs[0].n
  }

  /// N×O, whatever the rank of the input.
  public func outputs(_ inputs: [TensorType]) throws(OperatorError) -> [TensorType] {
    _ = try features(inputs)
    return [try numbers([inputs[0].n, outputs])]
  }

  /// `weight` of O×K and, with a bias, `bias` of O.
  public func weights(_ inputs: [TensorType]) throws(OperatorError) -> [Weight] {
    let fanIn = try features(inputs)
    let weight = Weight("weight", try shape([outputs, fanIn]), .weight, fanIn: fanIn)
    return bias ? [weight, Weight("bias", Shape(outputs), .bias)] : [weight]
  }

  /// N·O·K multiply-adds, all of them inside.
  public func cost(_ inputs: [TensorType]) throws(OperatorError) -> Cost {
    let (features, output) = (try features(inputs), try output(inputs))
    let macs = try product([output.count, features])
    let others = try product([output.count, (bias ? 1 : 0) + activation.operations])
    return Cost(
      macs: macs, macsInside: macs, others: others, inputs: inputs, weights: try weights(inputs),
      outputs: [output])
  }
}
