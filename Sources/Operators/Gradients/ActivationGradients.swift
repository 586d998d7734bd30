import Tensors

extension ActivationOperator {
  /// One `ActivationGradient`.
  public func addGradients(to gradients: inout GradientBuilder) throws(OperatorError) {
    let op = ActivationGradient(Self.activation)
    let kept = gradients.keep(op.readsOutput ? .output(0) : .input(0))
    gradients.give(input: 0, gradients.add("data", op, kept, gradients.gradient()))
  }
}

/// The gradient of an activation's input, from its output where that tells enough, so that the input need not be kept.
/// - ReLU: the gradient where the output is above 0, NaN included; 0 elsewhere. ReLU6: where it lies between 0 and 6.
/// - Sigmoid: `gradient · y · (1 − y)`. Hard sigmoid: `gradient / 6` where the output lies between 0 and 1.
/// - SiLU, s being the sigmoid of x: `gradient · s · (1 + x · (1 − s))`.
/// - Hard swish: 0 up to −3, `gradient · (x / 3 + 1/2)` below 3, the gradient from there on.
/// - Shapes: `kept` (output or input) and `gradient`, and `output`, all the same, of any rank.
/// - Source: PyTorch's functions of these names, whose values at the edges these are.
public struct ActivationGradient: Operator {
  /// Which function's.
  public let activation: Activation

  /// - Precondition: there is an activation.
  public init(_ activation: Activation) {
    precondition(activation != .none, "no activation has no gradient of its own")
    self.activation = activation
  }

  /// No workload text begins with it.
  public var keyword: String { "\(activation.rawValue)-gradient" }
  /// What was kept, and the gradient of the output.
  public var inputCount: Int { 2 }
  /// Whether the gradient is copied or left out.
  public var isExactOnIntegers: Bool { activation == .relu || activation == .relu6 }

  /// Whether the output is what is kept; else it is the input.
  public var readsOutput: Bool {
    switch activation {
    case .none, .silu, .hardSwish: false
    case .relu, .relu6, .sigmoid, .hardSigmoid: true
    }
  }

  /// The type of both inputs.
  public func outputs(_ inputs: [TensorType]) throws(OperatorError) -> [TensorType] {
    guard inputs.count == 2, inputs[0] == inputs[1] else {
      throw OperatorError(
        "\(keyword) takes 2 inputs of one shape, not \(inputs.map(\.description).joined(separator: " and "))")
    }
    try checkNumbers(inputs, keyword)
    return [inputs[0]]
  }

  /// Per element: each comparison, addition, multiplication, division and exponential.
  public func cost(_ inputs: [TensorType]) throws(OperatorError) -> Cost {
    let perElement =
      switch activation {
      case .none: 0
      case .relu: 1
      case .relu6: 2
      case .sigmoid, .hardSigmoid: 3
      case .hardSwish: 5
      case .silu: 8
      }
    return Cost(
      others: perElement * inputs[0].count, inputs: inputs, weights: [], outputs: try outputs(inputs))
  }
}

/// A layer that applies an activation to its own output.
public protocol Activated: Operator {
  /// The last step.
  var activation: Activation { get }
  /// The same layer without it.
  var linear: Self { get }
}

/// A layer with an activation as two nodes: training may have to keep what lies between them.
struct ActivatedLayer<Layer: Activated>: Composite {
  let layer: Layer
  var keyword: String { layer.keyword }
  var text: String { layer.text }
  var inputCount: Int { layer.inputCount }

  /// Nodes `linear` and the activation's name; the weights are the layer's.
  func graph(_ inputs: [TensorType]) throws(OperatorError) -> Graph {
    var graph = Graph()
    for weight in try layer.weights(inputs) { _ = graph.add(weight) }
    let sum = graph.add("linear", layer.linear, inputs.indices.map { .input($0) }, declared: "")
    if let activation = layer.activation.layer { graph.add(layer.activation.rawValue, activation, sum) }
    return graph
  }
}

extension Activated {
  /// The layer as two nodes, where it has an activation.
  var takenApart: (any Composite)? { activation == .none ? nil : ActivatedLayer(layer: self) }
}
