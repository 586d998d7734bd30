import Operators
import Tensors

/// A narrow input widened by a 1×1, filtered by a depthwise k×k, projected to a narrow output by a 1×1 without activation; the
/// input is added where the shape stays. With `squeeze` it is EfficientNet's MBConv: squeeze-and-excitation of that hidden width
/// after the depthwise convolution.
///
/// Attention sits after the depthwise convolution, as in MobileNetV3; where the block has squeeze-and-excitation of its own there,
/// after the projection's batch norm, before the addition.
/// - Shapes: `input` N×C×H×W, `output` N×out×⌈H/s⌉×⌈W/s⌉.
/// - Source: Sandler et al. 2018, arXiv:1801.04381, table 1; Tan & Le 2019, arXiv:1905.11946; the slot: Howard et al. 2019,
///   arXiv:1905.02244, figure 4.
public struct InvertedResidual: Composite, Spelled {
  /// The word in a workload text.
  public static let keyword = "inverted-residual"
  /// MobileNetV2's kind, and EfficientNet's with a stride and a 5×5.
  public static let examples = [
    "inverted-residual:out=16@1x16x28x28", "inverted-residual:out=24,s=2,kernel=5,squeeze=4@1x16x28x28",
  ]
  /// Channels of the projection.
  public var outputChannels: Int
  /// Of the input's channels; one leaves the widening out.
  public var expansion: Int
  /// Extent of the depthwise convolution, odd.
  public var kernel: Int
  /// Of the depthwise convolution.
  public var stride: Int
  /// After the widening and the depthwise convolution; the projection has none.
  public var activation: Activation
  /// Hidden units of its own squeeze-and-excitation, 0 for none.
  public var squeeze: Int
  /// After the depthwise convolution, or after the projection where `squeeze` has that place.
  public var attention: AttentionSlot

  /// - Precondition: `out`, `expansion` and `stride` are positive, `kernel` is odd.
  public init(
    out outputChannels: Int, expansion: Int = 6, kernel: Int = 3, stride: Int = 1,
    activation: Activation = .relu6, squeeze: Int = 0, attention: AttentionSlot = .none
  ) {
    precondition(
      min(outputChannels, expansion, stride) > 0, "out \(outputChannels), expand \(expansion), s \(stride)")
    precondition(kernel > 0 && kernel % 2 == 1 && squeeze >= 0, "kernel \(kernel), squeeze \(squeeze)")
    self.outputChannels = outputChannels
    self.expansion = expansion
    self.kernel = kernel
    self.stride = stride
    self.activation = activation
    self.squeeze = squeeze
    self.attention = attention
  }

  /// Keys that no attention module has: `kernel`, not `k`.
  public init(_ a: inout Attributes) throws(OperatorError) {
    outputChannels = try a.int("out")
    expansion = try a.int("expand", default: 6)
    kernel = try a.int("kernel", default: 3)
    guard kernel % 2 == 1 else { throw OperatorError("kernel=\(kernel) of inverted-residual must be odd") }
    stride = try a.int("s", default: 1)
    activation = try a.word("activation", default: .relu6)
    squeeze = try a.int("squeeze", default: 0, minimum: 0)
    attention = try AttentionSlot(&a)
  }

  /// The first four keys; the others only where they differ from the default.
  public var attributes: [Attribute] {
    [
      Attribute("out", outputChannels), Attribute("expand", expansion), Attribute("kernel", kernel),
      Attribute("s", stride),
    ] + (activation == .relu6 ? [] : [Attribute("activation", activation.rawValue)])
      + (squeeze == 0 ? [] : [Attribute("squeeze", squeeze)]) + attention.attributes
  }

  /// Nodes `expand`, `depthwise` and `project` with their layers, `squeeze` or `attention`, and `add`.
  public func graph(_ inputs: [TensorType]) throws(OperatorError) -> Graph {
    let (channels, wide) = (inputs[0].c, try widened(inputs[0].c))
    let isResidual = stride == 1 && channels == outputChannels
    var graph = Graph()
    var x = Graph.Source.input(0)
    if expansion > 1 { x = graph.addActivated("expand", out: wide, kernel: 1, activation, x) }
    x = graph.addActivated(
      "depthwise", out: wide, kernel: kernel, stride: stride, groups: wide, activation, x)
    if squeeze > 0 {
      x = graph.add("squeeze", SqueezeExcitation(HiddenWidth(fixed: squeeze), activation: activation), x)
    } else {
      x = attention.add(to: &graph, after: x)
    }
    x = graph.addConvolution(
      "project.conv", "project.bn", out: outputChannels, kernel: 1, x,
      gain: isResidual ? Graph.branchGain : 1)
    if squeeze > 0 { x = attention.add(to: &graph, after: x) }
    if isResidual { graph.add("add", Add(), x, .input(0)) }
    return graph
  }

  private func widened(_ channels: Int) throws(OperatorError) -> Int {
    let (wide, overflow) = channels.multipliedReportingOverflow(by: expansion)
    guard !overflow, wide <= Attributes.limit else {
      throw OperatorError(
        "expand=\(expansion) of inverted-residual makes too many of \(channels) channels; at most \(Attributes.limit)"
      )
    }
    return wide
  }
}
