import Kernels
import Models

/// Channel attention: gates of channels from their means and maxima.
struct FusedChannelAttention: FusedAttention {
  let products = ["scale"]

  func steps(_ attention: ChannelAttention, _ task: KernelTask) -> [GateStep] {
    [GateStep(FusedChannelGate(attention.gate, task, at: "gate"), node: "gate")]
  }
}
