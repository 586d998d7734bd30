import Operators
import Tensors

/// A module whose hidden layer has ⌊C / r⌋ units.
public protocol Reducing: Composite {
  var reduction: Int { get set }
}

extension Reducing {
  /// ⌊C / r⌋.
  public func hidden(_ channels: Int) -> Int { channels / reduction }

  func checkedHidden(_ inputs: [Shape]) throws(OperatorError) -> Int {
    guard inputs.count == 1, inputs[0].rank == 4 else {
      let found = inputs.map(\.description).joined(separator: " and ")
      throw OperatorError("\(keyword) takes N×C×H×W, not the shape \(found)")
    }
    guard reduction <= inputs[0].c else {
      throw OperatorError(
        "reduction r=\(reduction) in \(keyword) leaves no hidden unit of \(inputs[0].c) channels; r must be at most \(inputs[0].c)"
      )
    }
    return hidden(inputs[0].c)
  }
}

/// Two dense layers with a ReLU between them: C → hidden → C.
public struct BottleneckMLP: Composite {
  public static let keyword = "mlp"
  public var hidden: Int
  public var bias: Bool

  public init(hidden: Int, bias: Bool = true) {
    precondition(hidden > 0, "hidden \(hidden) must be positive")
    self.hidden = hidden
    self.bias = bias
  }

  public init(_ a: inout Attributes) throws(OperatorError) {
    hidden = try a.int("hidden")
    bias = try a.flag("bias", default: true)
  }

  public var attributes: [Attribute] { [Attribute("hidden", hidden), Attribute("bias", bias)] }

  public func graph(_ inputs: [Shape]) throws(OperatorError) -> Graph {
    guard inputs.count == 1, inputs[0].rank >= 2 else {
      throw OperatorError("mlp takes 1 input of rank 2 or more")
    }
    var graph = Graph()
    let squeezed = graph.add("fc1", Dense(out: hidden, bias: bias, activation: .relu), .input(0))
    graph.add("fc2", Dense(out: inputs[0].count / inputs[0].n, bias: bias), squeezed, center: Graph.openGate)
    return graph
  }
}

/// CBAM's channel branch: one gate per channel,
/// `M(x) = σ(MLP(mean_{y,x} in) + MLP(max_{y,x} in))` with one MLP C → ⌊C/r⌋ → C for both.
/// - Shapes: `input` N×C×H×W, `output` N×C.
/// - Cost: 2·C·⌊C/r⌋ weights and ⌊C/r⌋ + C biases, once; the MLP runs once per pool.
/// - Source: CBAM, arXiv:1807.06521, equation 2. The paper's text leaves out the biases that the authors' code has.
public struct ChannelGate: Reducing {
  public enum Pools: String, Sendable, CaseIterable {
    case both, avg, max
  }

  public static let keyword = "channel-gate"
  public var reduction: Int
  public var pools: Pools

  public init(reduction: Int, pools: Pools = .both) {
    precondition(reduction > 0, "reduction \(reduction) must be positive")
    self.reduction = reduction
    self.pools = pools
  }

  public init(_ a: inout Attributes) throws(OperatorError) {
    reduction = try a.int("r", default: 16)
    pools = try a.word("pool", default: .both)
  }

  public var attributes: [Attribute] { [Attribute("r", reduction), Attribute("pool", pools.rawValue)] }

  public func graph(_ inputs: [Shape]) throws(OperatorError) -> Graph {
    let mlp = BottleneckMLP(hidden: try checkedHidden(inputs))
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
  public static let keyword = "channel-attention"
  public var gate: ChannelGate

  public init(reduction: Int = 16, pools: ChannelGate.Pools = .both) {
    gate = ChannelGate(reduction: reduction, pools: pools)
  }

  public init(_ a: inout Attributes) throws(OperatorError) { gate = try ChannelGate(&a) }

  public var attributes: [Attribute] { gate.attributes }

  public var reduction: Int {
    get { gate.reduction }
    set { gate.reduction = newValue }
  }

  public func graph(_ inputs: [Shape]) throws(OperatorError) -> Graph {
    _ = try checkedHidden(inputs)
    var graph = Graph()
    let gate = graph.add("gate", gate, .input(0))
    graph.add("scale", Scale(.channel), .input(0), gate)
    return graph
  }
}
