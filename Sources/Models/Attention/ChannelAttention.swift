import Operators
import Tensors

/// Two dense layers with an activation between them: C → hidden → C.
public struct BottleneckMLP: Composite {
  /// Units of the first layer.
  public var hidden: Int
  /// Whether both layers have biases.
  public var bias: Bool
  /// Between the layers.
  public var activation: Activation
  /// What seeded logits are spread around.
  var center = Graph.openGate

  /// - Precondition: `hidden` is positive.
  public init(hidden: Int, bias: Bool = true, activation: Activation = .relu) {
    precondition(hidden > 0, "hidden \(hidden) must be positive")
    self.hidden = hidden
    self.bias = bias
    self.activation = activation
  }

  /// `mlp`; no workload text begins with it.
  public var keyword: String { "mlp" }

  /// `fc1` and `fc2` for C channels.
  public func layers(_ channels: Int) -> [Dense] {
    [Dense(out: hidden, bias: bias, activation: activation), Dense(out: channels, bias: bias)]
  }

  /// Nodes `fc1` and `fc2`.
  public func graph(_ inputs: [TensorType]) throws(OperatorError) -> Graph {
    guard inputs.count == 1, inputs[0].rank >= 2 else {
      throw OperatorError("mlp takes 1 input of rank 2 or more")
    }
    var graph = Graph()
    let layers = layers(inputs[0].count / inputs[0].n)
    let squeezed = graph.add("fc1", layers[0], .input(0))
    graph.add("fc2", layers[1], squeezed, center: center)
    return graph
  }
}

/// CBAM's channel branch: one gate per channel,
/// `M(x) = σ(MLP(mean_{y,x} in) + MLP(max_{y,x} in))` with one MLP C → ⌊C/r⌋ → C for both.
/// - Shapes: `input` N×C×H×W, `output` N×C.
/// - Cost: 2·C·⌊C/r⌋ weights and, unless `bias=0`, ⌊C/r⌋ + C biases, once; the MLP runs once per pool. `hidden` and
///   `min-hidden` replace and bound ⌊C/r⌋.
/// - Source: CBAM, arXiv:1807.06521, equation 2. The paper's text leaves out the biases that the authors' code has.
public struct ChannelGate: Reducing {
  /// Which summaries of a plane the MLP sees.
  public enum Pools: String, Sendable, CaseIterable {
    /// The paper's choice, and the rows of its table 1: mean alone, maximum alone.
    case both, avg, max
  }

  /// What messages and paths call it; no workload text begins with it.
  public static let keyword = "channel-gate"
  /// The same word.
  public var keyword: String { Self.keyword }
  /// Hidden units of the MLP.
  public var width: HiddenWidth
  /// Which summaries the MLP sees.
  public var pools: Pools
  /// Whether the MLP has biases.
  public var bias: Bool

  /// A hidden width of ⌊C/r⌋.
  public init(reduction: Int, pools: Pools = .both, bias: Bool = true) {
    self.init(HiddenWidth(reduction: reduction), pools: pools, bias: bias)
  }

  /// Any hidden width.
  public init(_ width: HiddenWidth, pools: Pools = .both, bias: Bool = true) {
    self.width = width
    self.pools = pools
    self.bias = bias
  }

  /// Reads the keys of channel attention.
  init(_ a: inout Attributes) throws(OperatorError) {
    width = try HiddenWidth(&a)
    pools = try a.word("pool", default: .both)
    bias = try a.flag("bias", default: true)
  }

  /// As keys of channel attention.
  var attributes: [Attribute] {
    width.attributes + [Attribute("pool", pools.rawValue)] + optionalAttributes
  }

  /// Keys that are left out where nothing else was asked for.
  var optionalAttributes: [Attribute] { bias ? [] : [Attribute("bias", bias)] }

  /// True.
  public var takesImages: Bool { true }

  /// The MLP for C channels.
  public func mlp(_ channels: Int) -> BottleneckMLP {
    BottleneckMLP(hidden: hidden(channels), bias: bias)
  }

  /// Nodes `avg-pool` and `mlp`, `max-pool` and `mlp-max`, which shares weights with `mlp`, `add` and `sigmoid`.
  public func graph(_ inputs: [TensorType]) throws(OperatorError) -> Graph {
    _ = try checkedHidden(inputs)
    let mlp = mlp(inputs[0].c)
    var graph = Graph()
    var logits: Graph.Source?
    if pools != .max { logits = graph.add("mlp", mlp, graph.add("avg-pool", GlobalPool(.avg), .input(0))) }
    if pools != .avg {
      let pooled = graph.add("max-pool", GlobalPool(.max), .input(0))
      let second = graph.add(logits == nil ? "mlp" : "mlp-max", mlp, pooled, sharing: logits)
      logits = logits.map { graph.add("add", Add(), $0, second) } ?? second
    }
    if let logits { graph.add("sigmoid", Sigmoid(), logits) }
    return graph
  }
}

/// Channel attention: the input times its `ChannelGate`.
/// - Shapes: `input` and `output` N×C×H×W.
public struct ChannelAttention: Reducing, AttentionModule {
  /// The word in a workload text and in an attention slot.
  public static let keyword = "channel-attention"
  /// CBAM's channel half, and one with the mean alone, as SE has it.
  public static let examples = [
    "channel-attention:r=16@1x64x28x28", "channel-attention:r=8,pool=avg@2x32x14x14",
  ]
  /// What the input is multiplied by.
  public var gate: ChannelGate

  /// CBAM's channel half: r = 16, both pools, biases.
  public init(reduction: Int = 16, pools: ChannelGate.Pools = .both, bias: Bool = true) {
    self.init(ChannelGate(reduction: reduction, pools: pools, bias: bias))
  }

  /// A gate with all its own options.
  public init(_ gate: ChannelGate) { self.gate = gate }

  /// Reads `r`, `min-hidden` or `hidden`, `pool` and `bias`.
  public init(_ a: inout Attributes) throws(OperatorError) { gate = try ChannelGate(&a) }

  /// Reduction and `pool`; `bias` only where it is 0.
  public var attributes: [Attribute] { gate.attributes }

  /// That of the gate's MLP.
  public var width: HiddenWidth {
    get { gate.width }
    set { gate.width = newValue }
  }

  /// Nodes `gate` and `scale`.
  public func graph(_ inputs: [TensorType]) throws(OperatorError) -> Graph {
    _ = try checkedHidden(inputs)
    var graph = Graph()
    let gate = graph.add("gate", gate, .input(0))
    graph.add("scale", Scale(.channel), .input(0), gate)
    return graph
  }
}
