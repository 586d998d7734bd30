import Kernels
import Models

/// SE: gates of channels from their means.
struct FusedSqueezeExcitation: FusedAttention {
  let products = ["scale"]

  func steps(_ se: SqueezeExcitation, _ task: KernelTask) throws -> [GateStep] {
    let channels = task.inputs[0].c
    let gate = try FusedChannelGate(
      .avg, at: ["squeeze"], se.mlp(channels).layers(channels, at: ["mlp"]), se.gate.activation,
      at: [se.gate.rawValue], task)
    return [GateStep(gate)]
  }
}
