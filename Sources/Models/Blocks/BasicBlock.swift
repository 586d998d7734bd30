import Operators
import Tensors

/// Two 3×3 convolutions with a skip connection: `relu(attention(bn(conv(relu(bn(conv(x)))))) + shortcut(x))`; the
/// shortcut is the identity, or a strided 1×1 convolution with batch norm where the shape changes.
/// With `shortcut=padded` (option A of the paper, its CIFAR networks) every s-th pixel and channels of zeros take that place.
/// - Shapes: `input` N×C×H×W, `output` N×out×⌈H/s⌉×⌈W/s⌉.
/// - Source: He et al. 2016, arXiv:1512.03385, figure 5 left; attention before the addition as in CBAM, figure 3.
public struct BasicBlock: Composite, Spelled {
  /// Where the shape changes.
  public enum Shortcut: String, Sendable, CaseIterable {
    /// A strided 1×1 convolution with batch norm, or a `Subsample`, which has no parameters.
    case projected, padded
  }

  /// The word in a workload text.
  public static let keyword = "basicblock"
  /// One whose shape changes, and one with CBAM whose shape stays.
  public static let examples = [
    "basicblock:out=32,s=2@1x16x28x28", "basicblock:out=32,attention=cbam,r=8@1x32x14x14",
  ]
  /// Channels of both convolutions.
  public var outputChannels: Int
  /// Of the first convolution and the shortcut.
  public var stride: Int
  /// What the shortcut is where the shape changes.
  public var shortcut: Shortcut
  /// After the last batch norm, before the addition.
  public var attention: AttentionSlot

  /// - Precondition: `out` and `stride` are positive.
  public init(
    out outputChannels: Int, stride: Int = 1, shortcut: Shortcut = .projected,
    attention: AttentionSlot = .none
  ) {
    precondition(outputChannels > 0 && stride > 0, "out \(outputChannels), stride \(stride)")
    self.outputChannels = outputChannels
    self.stride = stride
    self.shortcut = shortcut
    self.attention = attention
  }

  /// Reads `out`, which is required, `s`, `shortcut`, `attention` and the module's keys.
  public init(_ a: inout Attributes) throws(OperatorError) {
    outputChannels = try a.int("out")
    stride = try a.int("s", default: 1)
    shortcut = try a.word("shortcut", default: .projected)
    attention = try AttentionSlot(&a)
  }

  /// `out` and `s`; the others only where they differ from the default.
  public var attributes: [Attribute] {
    [Attribute("out", outputChannels), Attribute("s", stride)]
      + (shortcut == .projected ? [] : [Attribute("shortcut", shortcut.rawValue)]) + attention.attributes
  }

  /// Nodes `conv1`, `bn1`, `relu1`, `conv2`, `bn2`, `attention`, the shortcut's, `add` and `relu`.
  public func graph(_ inputs: [TensorType]) throws(OperatorError) -> Graph {
    var graph = Graph()
    let first = graph.addConvolution(
      "conv1", "bn1", out: outputChannels, kernel: 3, stride: stride, .input(0), gain: Graph.rectifiedGain)
    let second = graph.addConvolution(
      "conv2", "bn2", out: outputChannels, kernel: 3, graph.add("relu1", ReLU(), first),
      gain: Graph.branchGain)
    let branch = attention.add(to: &graph, after: second)
    graph.addShortcut(branch, inputs, out: outputChannels, stride: stride, shortcut)
    return graph
  }
}
