import Tensors

extension Dense: Differentiable {
  /// dX = dY·W, dW = dYᵀ·X, db = the sum over the rows of dY.
  public func addGradients(to gradients: inout GradientBuilder) throws(OperatorError) {
    let (dy, input) = (gradients.gradient(), gradients.inputs[0])
    if gradients.wants(0) {
      gradients.give(
        input: 0, gradients.add("data", DenseDataGradient(self, input: input), dy, weights: "weight"))
    }
    guard gradients.wanted.weights else { return }
    let x = gradients.keep(.input(0))
    gradients.give(weight: "weight", gradients.add("weights", DenseWeightGradient(self), x, dy))
    if bias { gradients.give(weight: "bias", gradients.add("bias", ChannelSum(), dy)) }
  }
}

extension Dense: Activated {
  /// The layer alone.
  public var linear: Dense { Dense(out: outputs, bias: bias) }
}

/// The gradient of a fully connected layer's input: `out[n,k] = Σ_o gradient[n,o] · w[o,k]`.
/// - Shapes: `gradient` N×O, `weight` O×K, `output` as the layer's input.
/// - Cost: N·O·K multiply-adds.
public struct DenseDataGradient: Operator {
  /// The layer without bias and activation.
  public let dense: Dense
  /// What the layer takes.
  public let input: TensorType

  /// - Parameter input: type of the layer's input.
  public init(_ dense: Dense, input: TensorType) {
    self.dense = Dense(out: dense.outputs, bias: false)
    self.input = input
  }

  /// No workload text begins with it.
  public var keyword: String { "dense-data-gradient" }
  /// Sums of products of integers are integers.
  public var isExactOnIntegers: Bool { true }

  /// The layer's input.
  public func outputs(_ inputs: [TensorType]) throws(OperatorError) -> [TensorType] {
    try checkGradient([input] + inputs, of: dense, after: 1)
    return [input]
  }

  /// `weight` of O×K.
  public func weights(_ inputs: [TensorType]) throws(OperatorError) -> [Weight] { try dense.weights([input]) }

  /// The multiply-adds of the layer.
  public func cost(_ inputs: [TensorType]) throws(OperatorError) -> Cost {
    let (outputs, forward) = (try outputs(inputs), try dense.cost([input]))
    return Cost(
      macs: forward.macs, macsInside: forward.macsInside, others: 0, inputs: inputs,
      weights: try weights(inputs), outputs: outputs)
  }
}

/// The gradient of a fully connected layer's weights: `out[o,k] = Σ_n gradient[n,o] · in[n,k]`.
/// - Shapes: `input` N×…, `gradient` N×O, `output` O×K.
/// - Cost: N·O·K multiply-adds.
public struct DenseWeightGradient: Operator {
  /// The layer without bias and activation.
  public let dense: Dense

  /// The weights' of this layer; its bias has a gradient of its own.
  public init(_ dense: Dense) { self.dense = Dense(out: dense.outputs, bias: false) }

  /// No workload text begins with it.
  public var keyword: String { "dense-weight-gradient" }
  /// The layer's input and the gradient of its output.
  public var inputCount: Int { 2 }
  /// Sums of products of integers are integers.
  public var isExactOnIntegers: Bool { true }

  /// O×K.
  public func outputs(_ inputs: [TensorType]) throws(OperatorError) -> [TensorType] {
    try checkGradient(inputs, of: dense, after: 1)
    return [try dense.weights([inputs[0]])[0].type]
  }

  /// The multiply-adds of the layer.
  public func cost(_ inputs: [TensorType]) throws(OperatorError) -> Cost {
    let (outputs, forward) = (try outputs(inputs), try dense.cost([inputs[0]]))
    return Cost(
      macs: forward.macs, macsInside: forward.macsInside, others: 0, inputs: inputs, weights: [],
      outputs: outputs)
  }
}
