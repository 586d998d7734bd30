import Kernels
import Models

/// Spatial attention: gates of pixels from the maximum and mean of their channels.
struct FusedSpatialAttention: FusedAttention {
  let products = ["scale"]

  func steps(_ attention: SpatialAttention, _ task: KernelTask) throws -> [GateStep] {
    [GateStep(try FusedSpatialGate(attention.gate, task, at: "gate"), node: "gate")]
  }
}
