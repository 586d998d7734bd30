import MicroKernelAPI
import Models
import Operators

/// Which stages of a module's gradient its gates have, by the nodes of the module's graph.
struct SweptModule {
  /// A gate of pixels.
  struct Pixels {
    /// Nodes that pool the channels, and that multiply.
    let (pool, scale): (String, String)
  }

  /// A gate of channels.
  struct Channels {
    /// The node that multiplies.
    let scale: String
    /// Nodes that pool the planes.
    let (mean, maximum): (String?, String?)
  }

  var pixels: Pixels?
  var channels: Channels?
  var order = GatedGradient.Order.channelsFirst

  /// Nil for what has no fused gradient.
  init?(_ op: any Operator) {
    switch op {
    case is SqueezeExcitation: channels = Channels(scale: "scale", mean: "squeeze", maximum: nil)
    case let attention as ChannelAttention: channels = Channels(attention.gate, "gate", scale: "scale")
    case is SpatialAttention: pixels = Pixels(pool: "gate.pool", scale: "scale")
    case let cbam as CBAM:
      pixels = Pixels(pool: "spatial.pool", scale: "spatial-scale")
      channels = Channels(cbam.channel, "channel", scale: "channel-scale")
      order =
        switch cbam.order {
        case .channelFirst: .channelsFirst
        case .spatialFirst: .pixelsFirst
        case .parallel: .together
        }
    default: return nil
    }
  }

  /// Whether the gate of channels reads what that of pixels gets, on the way back.
  var channelsReadPixels: Bool { pixels != nil && channels != nil && order != .pixelsFirst }
  /// Whether the gate of pixels reads what that of channels gets.
  var pixelsReadChannels: Bool { pixels != nil && channels != nil && order == .pixelsFirst }
}

extension SweptModule.Channels {
  fileprivate init(_ gate: ChannelGate, _ node: String, scale: String) {
    self.init(
      scale: scale, mean: gate.pools == .max ? nil : "\(node).avg-pool",
      maximum: gate.pools == .avg ? nil : "\(node).max-pool")
  }
}
