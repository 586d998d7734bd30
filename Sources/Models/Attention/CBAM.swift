import Operators
import Tensors

/// Convolutional block attention module: channel and spatial attention in one of three arrangements.
/// - Shapes: `input` and `output` N×C×H×W.
/// - Cost at C = 256, r = 16, k = 7: 8,192 weights and 272 biases of the shared MLP, 98 of the convolution, 2 of batch
///   norm: 8,564 parameters. Many public implementations have no biases (`bias=0`) and no batch norm (`bn=0`): 8,290.
/// - Source: CBAM, arXiv:1807.06521, equation 1 (channel first); table 3 compares the arrangements. The paper gives no
///   formula for the parallel one: here both gates are computed from the input and both multiply it.
public struct CBAM: Reducing, AttentionModule {
  public enum Order: String, Sendable, CaseIterable {
    case channelFirst = "channel-first"
    case spatialFirst = "spatial-first"
    case parallel
  }

  public static let keyword = "cbam"
  public static let examples = ["cbam:r=16,k=7@1x64x28x28", "cbam:r=8,order=parallel@2x32x14x14"]
  public var channel: ChannelGate
  public var spatial: SpatialGate
  public var order: Order

  public init(
    reduction: Int = 16, kernel: Int = 7, order: Order = .channelFirst, pools: ChannelGate.Pools = .both
  ) {
    self.init(ChannelGate(reduction: reduction, pools: pools), SpatialGate(kernel: kernel), order: order)
  }

  public init(_ channel: ChannelGate, _ spatial: SpatialGate, order: Order = .channelFirst) {
    self.channel = channel
    self.spatial = spatial
    self.order = order
  }

  public init(_ a: inout Attributes) throws(OperatorError) {
    channel = try ChannelGate(&a)
    spatial = try SpatialGate(&a)
    order = try a.word("order", default: .channelFirst)
  }

  public var attributes: [Attribute] {
    channel.width.attributes + [
      Attribute("k", spatial.kernel), Attribute("order", order.rawValue),
      Attribute("pool", channel.pools.rawValue),
    ] + channel.optionalAttributes + spatial.optionalAttributes
  }

  public var width: HiddenWidth {
    get { channel.width }
    set { channel.width = newValue }
  }

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
