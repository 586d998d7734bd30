import Operators
import Tensors

/// Squeeze-and-excitation: `out = in · σ(W₂ · relu(W₁ · mean_{y,x} in + b₁) + b₂)`, hidden width ⌊C/r⌋.
/// - Shapes: `input` and `output` N×C×H×W.
/// - Cost: 2·C·⌊C/r⌋ weights, ⌊C/r⌋ + C biases unless `bias=0`.
/// - Source: Hu et al. 2018, arXiv:1709.01507. Biases as in the authors' models and in `timm` (SE-ResNet-50: 28,088,024).
public struct SqueezeExcitation: Reducing, AttentionModule {
  public static let keyword = "se"
  public var reduction: Int
  public var bias: Bool

  public init(reduction: Int = 16, bias: Bool = true) {
    precondition(reduction > 0, "reduction \(reduction) must be positive")
    self.reduction = reduction
    self.bias = bias
  }

  public init(_ a: inout Attributes) throws(OperatorError) {
    reduction = try a.int("r", default: 16)
    bias = try a.flag("bias", default: true)
  }

  public var attributes: [Attribute] {
    let list = [Attribute("r", reduction)]
    return bias ? list : list + [Attribute("bias", bias)]
  }

  public func graph(_ inputs: [Shape]) throws(OperatorError) -> Graph {
    let mlp = BottleneckMLP(hidden: try checkedHidden(inputs), bias: bias)
    var graph = Graph()
    let squeezed = graph.add("squeeze", GlobalPool(.avg), .input(0))
    let gate = graph.add("sigmoid", Sigmoid(), graph.add("mlp", mlp, squeezed))
    graph.add("scale", Scale(.channel), .input(0), gate)
    return graph
  }
}
