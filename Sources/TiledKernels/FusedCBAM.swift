import Kernels
import Models

/// CBAM: gates of channels and of pixels, in any of its three arrangements.
struct FusedCBAM: FusedAttention {
  let products = ["channel-scale", "spatial-scale"]

  func steps(_ cbam: CBAM, _ task: KernelTask) throws -> [GateStep] {
    let channel = GateStep(FusedChannelGate(cbam.channel, task, at: "channel"), node: "channel")
    let gate = try FusedSpatialGate(cbam.spatial, task, at: "spatial")
    let spatial = GateStep(gate, node: "spatial", from: cbam.order == .parallel ? .input : .product)
    return cbam.order == .spatialFirst ? [spatial, channel] : [channel, spatial]
  }
}
