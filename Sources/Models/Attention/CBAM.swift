import Operators
import Tensors

/// Convolutional block attention module: channel and spatial attention in one of three arrangements.
/// - Shapes: `input` and `output` N×C×H×W.
/// - Cost at C = 256, r = 16, k = 7: 8,192 weights and 272 biases of the shared MLP, 98 of the convolution, 2 of batch
///   norm: 8,564 parameters. Many public implementations have no biases (`bias=0`) and no batch norm (`bn=0`): 8,290.
/// - Source: CBAM, arXiv:1807.06521, equation 1 (channel first); table 3 compares the arrangements. The paper gives no
///   formula for the parallel one: here both gates are computed from the input and both multiply it.
public struct CBAM: Reducing, AttentionModule {
  /// Which gate sees what.
  public enum Order: String, Sendable, CaseIterable {
    /// The spatial gate sees what the channel gate left; the paper's choice.
    case channelFirst = "channel-first"
    /// The channel gate sees what the spatial gate left.
    case spatialFirst = "spatial-first"
    /// Both gates see the input.
    case parallel
  }

  /// The word in a workload text and in an attention slot.
  public static let keyword = "cbam"
  /// The paper's module, and a smaller one whose gates both see the input.
  public static let examples = ["cbam:r=16,k=7@1x64x28x28", "cbam:r=8,order=parallel@2x32x14x14"]
  /// Equation 2.
  public var channel: ChannelGate
  /// Equation 3.
  public var spatial: SpatialGate
  /// Which gate comes first.
  public var order: Order

  /// The paper's module: r = 16, k = 7, channels first, both pools.
  public init(
    reduction: Int = 16, kernel: Int = 7, order: Order = .channelFirst, pools: ChannelGate.Pools = .both
  ) {
    self.init(ChannelGate(reduction: reduction, pools: pools), SpatialGate(kernel: kernel), order: order)
  }

  /// The two gates with all their own options.
  public init(_ channel: ChannelGate, _ spatial: SpatialGate, order: Order = .channelFirst) {
    self.channel = channel
    self.spatial = spatial
    self.order = order
  }

  /// Reads the keys of channel attention, those of spatial attention, and `order`.
  public init(_ a: inout Attributes) throws(OperatorError) {
    channel = try ChannelGate(&a)
    spatial = try SpatialGate(&a)
    order = try a.word("order", default: .channelFirst)
  }

  /// Reduction, `k`, `order` and `pool`; `bias` and `bn` only where they are 0.
  public var attributes: [Attribute] {
    channel.width.attributes + [
      Attribute("k", spatial.kernel), Attribute("order", order.rawValue),
      Attribute("pool", channel.pools.rawValue),
    ] + channel.optionalAttributes + spatial.optionalAttributes
  }

  /// That of the channel gate's MLP.
  public var width: HiddenWidth {
    get { channel.width }
    set { channel.width = newValue }
  }

  /// Nodes `channel`, `channel-scale`, `spatial` and `spatial-scale`, in the order that was asked for.
  public func graph(_ inputs: [TensorType]) throws(OperatorError) -> Graph {
    _ = try checkedHidden(inputs)
    var graph = Graph()
    switch order {
    case .channelFirst:
      let refined = graph.add(
        "channel-scale", Scale(.channel), .input(0), graph.add("channel", channel, .input(0)))
      graph.add("spatial-scale", Scale(.pixel), refined, graph.add("spatial", spatial, refined))
    case .spatialFirst:
      let refined = graph.add(
        "spatial-scale", Scale(.pixel), .input(0), graph.add("spatial", spatial, .input(0)))
      graph.add("channel-scale", Scale(.channel), refined, graph.add("channel", channel, refined))
    case .parallel:
      let (perChannel, perPixel) = (
        graph.add("channel", channel, .input(0)), graph.add("spatial", spatial, .input(0))
      )
      let refined = graph.add("channel-scale", Scale(.channel), .input(0), perChannel)
      graph.add("spatial-scale", Scale(.pixel), refined, perPixel)
    }
    return graph
  }
}
