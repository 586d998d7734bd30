import Operators
import Tensors

/// Squeeze-and-excitation: `out = in · σ(W₂ · relu(W₁ · mean_{y,x} in + b₁) + b₂)`, hidden width ⌊C/r⌋.
/// - Shapes: `input` and `output` N×C×H×W.
/// - Cost: 2·C·⌊C/r⌋ weights, ⌊C/r⌋ + C biases unless `bias=0`; `hidden` and `min-hidden` replace and bound ⌊C/r⌋.
/// - Source: Hu et al. 2018, arXiv:1709.01507. Biases as in the authors' models and in `timm` (SE-ResNet-50: 28,088,024).
///   EfficientNet has `act=silu` (arXiv:1905.11946), MobileNetV3 `gate=hard-sigmoid` (arXiv:1905.02244).
public struct SqueezeExcitation: Reducing, AttentionModule {
  /// What makes gates of the MLP's output.
  public enum Gate: String, Sendable, CaseIterable {
    /// The paper's.
    case sigmoid
    /// MobileNetV3's, without an exponential.
    case hardSigmoid = "hard-sigmoid"

    /// The function as a layer knows it.
    public var activation: Activation { self == .sigmoid ? .sigmoid : .hardSigmoid }

    /// What seeded logits before it are spread around.
    public var center: Float { self == .sigmoid ? Graph.openGate : Graph.openHardGate }
  }

  /// The word in a workload text and in an attention slot.
  public static let keyword = "se"
  /// The paper's module, and EfficientNet's with a fixed hidden width.
  public static let examples = ["se:r=16@1x64x28x28", "se:hidden=8,act=silu@2x32x14x14"]
  /// Hidden units of the MLP.
  public var width: HiddenWidth
  /// Whether both layers of the MLP have biases.
  public var bias: Bool
  /// Between the MLP's layers.
  public var activation: Activation
  /// What makes gates of the MLP's output.
  public var gate: Gate

  /// The paper's module: r = 16, ReLU, a sigmoid.
  public init(reduction: Int = 16, bias: Bool = true) {
    self.init(HiddenWidth(reduction: reduction), bias: bias)
  }

  /// Any hidden width, activation and gate.
  public init(
    _ width: HiddenWidth, bias: Bool = true, activation: Activation = .relu, gate: Gate = .sigmoid
  ) {
    self.width = width
    self.bias = bias
    self.activation = activation
    self.gate = gate
  }

  /// Reads `r`, `min-hidden` or `hidden`, `bias`, `act` and `gate`.
  public init(_ a: inout Attributes) throws(OperatorError) {
    width = try HiddenWidth(&a)
    bias = try a.flag("bias", default: true)
    activation = try a.word("act", default: .relu)
    gate = try a.word("gate", default: .sigmoid)
  }

  /// Reduction; the others only where they differ from the paper.
  public var attributes: [Attribute] {
    width.attributes + (bias ? [] : [Attribute("bias", bias)])
      + (activation == .relu ? [] : [Attribute("act", activation.rawValue)])
      + (gate == .sigmoid ? [] : [Attribute("gate", gate.rawValue)])
  }

  /// The MLP for C channels.
  public func mlp(_ channels: Int) -> BottleneckMLP {
    var mlp = BottleneckMLP(hidden: hidden(channels), bias: bias, activation: activation)
    mlp.center = gate.center
    return mlp
  }

  /// Nodes `squeeze`, `mlp`, `sigmoid` or `hard-sigmoid`, and `scale`.
  public func graph(_ inputs: [TensorType]) throws(OperatorError) -> Graph {
    _ = try checkedHidden(inputs)
    var graph = Graph()
    let squeezed = graph.add("squeeze", GlobalPool(.avg), .input(0))
    let logits = graph.add("mlp", mlp(inputs[0].c), squeezed)
    let gates =
      gate == .sigmoid
      ? graph.add("sigmoid", Sigmoid(), logits) : graph.add("hard-sigmoid", HardSigmoid(), logits)
    graph.add("scale", Scale(.channel), .input(0), gates)
    return graph
  }
}
