import Operators
import Tensors

/// CBAM's spatial branch: one gate per pixel, `M(x) = σ(BN(conv_{k×k}([max_c in; mean_c in])))`.
/// - Shapes: `input` N×C×H×W, `output` N×1×H×W.
/// - Cost: 2·k² weights without bias, and batch norm's 2 parameters unless `bn=0`.
/// - Source: CBAM, arXiv:1807.06521, equation 3. The paper's text names the mean first and has no batch norm; the
///   authors' code has maximum first and normalises, and so does this.
public struct SpatialGate: Composite {
  /// k, odd: the extents stay.
  public var kernel: Int
  /// Whether batch norm follows the convolution.
  public var isNormalised: Bool

  /// - Precondition: `kernel` is odd.
  public init(kernel: Int = 7, isNormalised: Bool = true) {
    precondition(kernel > 0 && kernel % 2 == 1, "kernel \(kernel) must be odd")
    self.kernel = kernel
    self.isNormalised = isNormalised
  }

  /// `spatial-gate`; no workload text begins with it.
  public var keyword: String { "spatial-gate" }

  /// Reads the keys of spatial attention.
  init(_ a: inout Attributes) throws(OperatorError) {
    kernel = try a.int("k", default: 7)
    guard kernel % 2 == 1 else { throw OperatorError("k=\(kernel) of spatial attention must be odd") }
    isNormalised = try a.flag("bn", default: true)
  }

  /// As keys of spatial attention.
  var attributes: [Attribute] { [Attribute("k", kernel)] + optionalAttributes }

  /// Keys that are left out where nothing else was asked for.
  var optionalAttributes: [Attribute] { isNormalised ? [] : [Attribute("bn", isNormalised)] }

  /// Nodes `pool`, `conv`, `bn` and `sigmoid`.
  public func graph(_ inputs: [TensorType]) throws(OperatorError) -> Graph {
    var graph = Graph()
    let pooled = graph.add("pool", ChannelPool(), .input(0))
    let conv = Conv2D(out: 1, kernel: Pair(kernel), padding: Padding(kernel / 2), bias: false)
    var logits = graph.add("conv", conv, pooled, center: isNormalised ? 0 : Graph.openGate)
    if isNormalised { logits = graph.add("bn", BatchNorm(momentum: 0.01), logits, center: Graph.openGate) }
    graph.add("sigmoid", Sigmoid(), logits)
    return graph
  }
}

/// Spatial attention: the input times its `SpatialGate`.
/// - Shapes: `input` and `output` N×C×H×W.
public struct SpatialAttention: AttentionModule {
  /// The word in a workload text and in an attention slot.
  public static let keyword = "spatial-attention"
  /// CBAM's spatial half, and one with a small kernel and without batch norm.
  public static let examples = ["spatial-attention:k=7@1x64x28x28", "spatial-attention:k=3,bn=0@2x32x14x14"]
  /// What the input is multiplied by.
  public var gate: SpatialGate

  /// CBAM's spatial half: k = 7, batch norm.
  public init(kernel: Int = 7, isNormalised: Bool = true) {
    gate = SpatialGate(kernel: kernel, isNormalised: isNormalised)
  }

  /// Reads `k` and `bn`.
  public init(_ a: inout Attributes) throws(OperatorError) { gate = try SpatialGate(&a) }

  /// `k`; `bn` only where it is 0.
  public var attributes: [Attribute] { gate.attributes }

  /// Nodes `gate` and `scale`.
  public func graph(_ inputs: [TensorType]) throws(OperatorError) -> Graph {
    var graph = Graph()
    let gate = graph.add("gate", gate, .input(0))
    graph.add("scale", Scale(.pixel), .input(0), gate)
    return graph
  }
}
