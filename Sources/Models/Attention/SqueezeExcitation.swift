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
    case sigmoid
    case hardSigmoid = "hard-sigmoid"

    public var activation: Activation { self == .sigmoid ? .sigmoid : .hardSigmoid }
  }

  public static let keyword = "se"
  public static let examples = ["se:r=16@1x64x28x28", "se:hidden=8,act=silu@2x32x14x14"]
  public var width: HiddenWidth
  public var bias: Bool
  /// Between the MLP's layers.
  public var activation: Activation
  public var gate: Gate

  public init(reduction: Int = 16, bias: Bool = true) {
    self.init(HiddenWidth(reduction: reduction), bias: bias)
  }

  public init(
    _ width: HiddenWidth, bias: Bool = true, activation: Activation = .relu, gate: Gate = .sigmoid
  ) {
    self.width = width
    self.bias = bias
    self.activation = activation
    self.gate = gate
  }

  public init(_ a: inout Attributes) throws(OperatorError) {
    width = try HiddenWidth(&a)
    bias = try a.flag("bias", default: true)
    activation = try a.word("act", default: .relu)
    gate = try a.word("gate", default: .sigmoid)
  }

  public var attributes: [Attribute] {
    width.attributes + (bias ? [] : [Attribute("bias", bias)])
      + (activation == .relu ? [] : [Attribute("act", activation.rawValue)])
      + (gate == .sigmoid ? [] : [Attribute("gate", gate.rawValue)])
  }

  /// The MLP for C channels.
  public func mlp(_ channels: Int) -> BottleneckMLP {
    BottleneckMLP(hidden: hidden(channels), bias: bias, activation: activation)
  }

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
