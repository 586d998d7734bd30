import CBAMHarness

/// Concurrent spatial and channel squeeze and excitation: `out = SE(in) + in · σ(w · in)`.
/// - Shapes: `input` and `output` N×C×H×W.
/// - Cost: SE's, and C weights for the map of pixel gates.
/// - Source: Roy et al. 2018, arXiv:1803.02579, equations 2 to 4; the two branches are added.
struct SCSE: AttentionModule {
  static let keyword = "scse"
  static let examples = ["scse:r=2@1x64x28x28"]
  var reduction = 2

  var attributes: [Attribute] { [Attribute("r", reduction)] }

  init(reduction: Int = 2) { self.reduction = reduction }

  init(_ attributes: inout Attributes) throws(OperatorError) {
    reduction = try attributes.int("r", default: 2)
  }

  func graph(_ inputs: [TensorType]) throws(OperatorError) -> Graph {
    var graph = Graph()
    let byChannel = graph.add("channel", SqueezeExcitation(reduction: reduction), .input(0))
    let logits = graph.add("map", Conv2D(out: 1, bias: false), .input(0))
    let gates = graph.add("sigmoid", Sigmoid(), logits)
    let byPixel = graph.add("scale", Scale(.pixel), .input(0), gates)
    graph.add("add", Add(), byChannel, byPixel)
    return graph
  }
}
