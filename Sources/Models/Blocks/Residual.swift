import Operators
import Tensors

/// Two 3×3 convolutions with a skip connection: `relu(attention(bn(conv(relu(bn(conv(x)))))) + shortcut(x))`; the
/// shortcut is the identity, or a strided 1×1 convolution with batch norm where the shape changes.
/// - Shapes: `input` N×C×H×W, `output` N×out×⌈H/s⌉×⌈W/s⌉.
/// - Source: He et al. 2016, arXiv:1512.03385, figure 5 left; attention before the addition as in CBAM, figure 3.
public struct BasicBlock: Composite {
  public static let keyword = "basicblock"
  public var outputChannels: Int
  public var stride: Int
  public var attention: AttentionSlot

  public init(out outputChannels: Int, stride: Int = 1, attention: AttentionSlot = .none) {
    precondition(outputChannels > 0 && stride > 0, "out \(outputChannels), stride \(stride)")
    self.outputChannels = outputChannels
    self.stride = stride
    self.attention = attention
  }

  public init(_ a: inout Attributes) throws(OperatorError) {
    outputChannels = try a.int("out")
    stride = try a.int("s", default: 1)
    attention = try AttentionSlot(&a)
  }

  public var attributes: [Attribute] {
    [Attribute("out", outputChannels), Attribute("s", stride)] + attention.attributes
  }

  public func graph(_ inputs: [Shape]) throws(OperatorError) -> Graph {
    var graph = Graph()
    let first = graph.addConvolution(
      "conv1", "bn1", out: outputChannels, kernel: 3, stride: stride, .input(0))
    let second = graph.addConvolution(
      "conv2", "bn2", out: outputChannels, kernel: 3, graph.add("relu1", ReLU(), first))
    let branch = attention.add(to: &graph, after: second)
    graph.addShortcut(branch, inputs, out: outputChannels, stride: stride)
    return graph
  }
}

/// 1×1 reduction, 3×3, 1×1 expansion, with a skip connection; the stride sits in the 3×3.
/// Groups above one make it ResNeXt's block of that cardinality.
/// - Shapes: `input` N×C×H×W, `output` N×out×⌈H/s⌉×⌈W/s⌉.
/// - Source: He et al. 2016, arXiv:1512.03385, figure 5 right, stride as in torchvision; Xie et al. 2017, arXiv:1611.05431.
public struct Bottleneck: Composite {
  public static let keyword = "bottleneck"
  public var width: Int
  public var outputChannels: Int
  public var stride: Int
  public var groups: Int
  public var attention: AttentionSlot

  public init(width: Int, out: Int? = nil, stride: Int = 1, groups: Int = 1, attention: AttentionSlot = .none)
  {
    precondition(width > 0 && stride > 0 && groups > 0, "width \(width), stride \(stride), groups \(groups)")
    self.width = width
    outputChannels = out ?? 4 * width
    self.stride = stride
    self.groups = groups
    self.attention = attention
  }

  public init(_ a: inout Attributes) throws(OperatorError) {
    width = try a.int("width")
    guard a.has("out") || width <= Attributes.limit / 4 else {
      throw OperatorError(
        "width=\(width) of bottleneck must be at most \(Attributes.limit / 4) if out is not given")
    }
    outputChannels = try a.int("out", default: 4 * width)
    stride = try a.int("s", default: 1)
    groups = try a.int("g", default: 1)
    attention = try AttentionSlot(&a)
  }

  public var attributes: [Attribute] {
    [
      Attribute("width", width), Attribute("out", outputChannels), Attribute("s", stride),
      Attribute("g", groups),
    ] + attention.attributes
  }

  public func graph(_ inputs: [Shape]) throws(OperatorError) -> Graph {
    var graph = Graph()
    let reduced = graph.addConvolution("conv1", "bn1", out: width, kernel: 1, .input(0))
    let middle = graph.addConvolution(
      "conv2", "bn2", out: width, kernel: 3, stride: stride, groups: groups,
      graph.add("relu1", ReLU(), reduced))
    let expanded = graph.addConvolution(
      "conv3", "bn3", out: outputChannels, kernel: 1, graph.add("relu2", ReLU(), middle))
    let branch = attention.add(to: &graph, after: expanded)
    graph.addShortcut(branch, inputs, out: outputChannels, stride: stride)
    return graph
  }
}

extension Graph {
  /// A convolution without bias that keeps the extents (up to its stride), and its batch norm.
  mutating func addConvolution(
    _ name: String, _ normName: String, out: Int, kernel: Int, stride: Int = 1, groups: Int = 1,
    _ source: Source
  ) -> Source {
    let conv = Conv2D(
      out: out, kernel: Pair(kernel), stride: Pair(stride), padding: Pair(kernel / 2), groups: groups,
      bias: false)
    return add(normName, BatchNorm(), add(name, conv, source))
  }

  /// Adds input and branch, projecting the input where the shapes differ, and rectifies the sum.
  mutating func addShortcut(_ branch: Source, _ inputs: [Shape], out: Int, stride: Int) {
    var shortcut = Source.input(0)
    if stride != 1 || inputs.first?.c != out {
      shortcut = addConvolution("downsample", "downsample-bn", out: out, kernel: 1, stride: stride, shortcut)
    }
    add("relu", ReLU(), add("add", Add(), branch, shortcut))
  }
}
