import Operators
import Tensors

/// A depthwise 3×3, one kernel per channel, then a 1×1 that mixes the channels, each with batch norm and ReLU:
/// 9·C + C·out weights where a dense 3×3 has 9·C·out. Attention sits after both.
/// - Shapes: `input` N×C×H×W, `output` N×out×⌈H/s⌉×⌈W/s⌉.
/// - Source: Howard et al. 2017, arXiv:1704.04861, section 3.1.
public struct DepthwiseSeparable: Composite, Spelled {
  /// The word in a workload text.
  public static let keyword = "separable"
  /// One that halves the extents and doubles the channels.
  public static let examples = ["separable:out=64,s=2@1x32x28x28"]
  /// Channels of the 1×1 convolution.
  public var outputChannels: Int
  /// Of the depthwise convolution.
  public var stride: Int
  /// Once after each of the two ReLUs.
  public var attention: AttentionSlot

  /// - Precondition: `out` and `stride` are positive.
  public init(out outputChannels: Int, stride: Int = 1, attention: AttentionSlot = .none) {
    precondition(outputChannels > 0 && stride > 0, "out \(outputChannels), stride \(stride)")
    self.outputChannels = outputChannels
    self.stride = stride
    self.attention = attention
  }

  /// Reads `out`, which is required, `s`, `attention` and the module's keys.
  public init(_ a: inout Attributes) throws(OperatorError) {
    outputChannels = try a.int("out")
    stride = try a.int("s", default: 1)
    attention = try AttentionSlot(&a)
  }

  /// `out` and `s`; `attention` only where there is one.
  public var attributes: [Attribute] {
    [Attribute("out", outputChannels), Attribute("s", stride)] + attention.attributes
  }

  /// Nodes `depthwise.conv`, `.bn`, `.relu`, `attention1`, `pointwise.conv`, `.bn`, `.relu` and `attention2`.
  public func graph(_ inputs: [TensorType]) throws(OperatorError) -> Graph {
    let channels = inputs[0].c
    var graph = Graph()
    var x = graph.addRectified(
      "depthwise", out: channels, kernel: 3, stride: stride, groups: channels, .input(0))
    x = attention.add(to: &graph, "attention1", after: x)
    x = graph.addRectified("pointwise", out: outputChannels, kernel: 1, x)
    _ = attention.add(to: &graph, "attention2", after: x)
    return graph
  }
}
