import Kernels
import Models

/// SE: gates of channels from their means.
struct FusedSqueezeExcitation: FusedAttention {
  let products = ["scale"]

  func steps(_ se: SqueezeExcitation, _ task: KernelTask) -> [GateStep] {
    let gate = FusedChannelGate(
      .avg, se.mlp(task.inputs[0].c), gate: se.gate.activation, task, task.weights.scoped("mlp"))
    return [GateStep(gate)]
  }
}
