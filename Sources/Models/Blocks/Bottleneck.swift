import Operators
import Tensors

/// Where a bottleneck with a stride applies it.
public enum Style: String, Sendable, CaseIterable {
  /// In the 3×3, as torchvision does.
  case pytorch
  /// In the first 1×1, as He et al. 2016 and their Caffe models do; fewer multiply-adds.
  case caffe
}

/// 1×1 reduction, 3×3, 1×1 expansion, with a skip connection; the stride sits in the 3×3 unless `style=caffe`.
/// Groups above one make it ResNeXt's block of that cardinality.
/// - Shapes: `input` N×C×H×W, `output` N×out×⌈H/s⌉×⌈W/s⌉.
/// - Source: He et al. 2016, arXiv:1512.03385, figure 5 right; Xie et al. 2017, arXiv:1611.05431.
public struct Bottleneck: Composite, Spelled {
  /// The word in a workload text.
  public static let keyword = "bottleneck"
  /// One whose shape stays, and ResNeXt's kind with a stride and SE.
  public static let examples = [
    "bottleneck:width=16@1x64x14x14", "bottleneck:width=16,s=2,g=4,attention=se@1x32x14x14",
  ]
  /// Channels of the 3×3 convolution.
  public var width: Int
  /// Channels of the last convolution, four times the width by default.
  public var outputChannels: Int
  /// Of the 3×3 or the first 1×1 convolution, and of the shortcut.
  public var stride: Int
  /// Groups of the 3×3 convolution.
  public var groups: Int
  /// Which convolution has the stride.
  public var style: Style
  /// After the last batch norm, before the addition.
  public var attention: AttentionSlot

  /// - Parameter out: 4 · `width` if nil.
  public init(
    width: Int, out: Int? = nil, stride: Int = 1, groups: Int = 1, style: Style = .pytorch,
    attention: AttentionSlot = .none
  ) {
    precondition(width > 0 && stride > 0 && groups > 0, "width \(width), stride \(stride), groups \(groups)")
    self.width = width
    outputChannels = out ?? 4 * width
    self.stride = stride
    self.groups = groups
    self.style = style
    self.attention = attention
  }

  /// Reads `width`, which is required, `out`, `s`, `g`, `style`, `attention` and the module's keys.
  public init(_ a: inout Attributes) throws(OperatorError) {
    width = try a.int("width")
    guard a.has("out") || width <= Attributes.limit / 4 else {
      throw OperatorError(
        "width=\(width) of bottleneck must be at most \(Attributes.limit / 4) if out is not given")
    }
    outputChannels = try a.optionalInt("out") ?? 4 * width
    stride = try a.int("s", default: 1)
    groups = try a.int("g", default: 1)
    style = try a.word("style", default: .pytorch)
    attention = try AttentionSlot(&a)
  }

  /// The first four keys; `style` and `attention` only where they differ from the default.
  public var attributes: [Attribute] {
    [
      Attribute("width", width), Attribute("out", outputChannels), Attribute("s", stride),
      Attribute("g", groups),
    ] + (style == .pytorch ? [] : [Attribute("style", style.rawValue)]) + attention.attributes
  }

  /// Nodes `conv1`, `bn1`, `relu1`, the same with 2, `conv3`, `bn3`, `attention`, the shortcut's, `add` and `relu`.
  public func graph(_ inputs: [TensorType]) throws(OperatorError) -> Graph {
    let (first, second) = style == .caffe ? (stride, 1) : (1, stride)
    var graph = Graph()
    let reduced = graph.addConvolution(
      "conv1", "bn1", out: width, kernel: 1, stride: first, .input(0), gain: Graph.rectifiedGain)
    let middle = graph.addConvolution(
      "conv2", "bn2", out: width, kernel: 3, stride: second, groups: groups,
      graph.add("relu1", ReLU(), reduced), gain: Graph.rectifiedGain)
    let expanded = graph.addConvolution(
      "conv3", "bn3", out: outputChannels, kernel: 1, graph.add("relu2", ReLU(), middle),
      gain: Graph.branchGain)
    let branch = attention.add(to: &graph, after: expanded)
    graph.addShortcut(branch, inputs, out: outputChannels, stride: stride)
    return graph
  }
}
