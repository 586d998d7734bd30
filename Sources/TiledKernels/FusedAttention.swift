import Kernels
import MicroKernelAPI
import Models
import Operators
import Tensors

/// SE, channel attention, spatial attention and CBAM in sweeps over the input: pools and gates are computed from it, the
/// gated tensor is only ever written as the result, with what a block adds to it already added.
struct FusedAttention: Kernel {
  let name = "tiled/fused"

  func support(_ op: any Operator, _ inputs: [Shape], isa: ISA) -> Support {
    switch op {
    case is SqueezeExcitation, is ChannelAttention, is SpatialAttention, is CBAM:
      .yes(Abilities(epilogues: [.residual, .relu], preference: 2))
    default: .no("computes SE, channel attention, spatial attention and CBAM only")
    }
  }

  func prepare(_ task: Task) throws -> any Prepared { try PreparedAttention(task) }
}

private struct PreparedAttention: Prepared {
  let shape: Shape
  let sweeps: PlaneSweeps
  let fusion: Fusion
  var channel: FusedChannelGate?
  var spatial: FusedSpatialGate?
  var order = CBAM.Order.channelFirst
  /// The nodes that compute the gates.
  var (channelNode, spatialNode) = ("", "")

  init(_ task: Task) throws {
    (shape, fusion) = (task.inputs[0], task.fusion)
    let micro = task.micro
    sweeps = PlaneSweeps(shape: shape, micro: micro)
    switch task.op {
    case let se as SqueezeExcitation:
      channel = FusedChannelGate(
        .avg, mlp: se.mlp(shape.c), gate: se.gate.activation, channels: shape.c, task.weights.scoped("mlp"),
        micro)
    case let attention as ChannelAttention:
      channelNode = "gate"
      channel = Self.channelGate(attention.gate, task, at: channelNode, micro)
    case let attention as SpatialAttention:
      spatialNode = "gate"
      spatial = FusedSpatialGate(attention.gate, shape, task.weights.scoped(spatialNode), micro)
    case let cbam as CBAM:
      (channelNode, spatialNode) = ("channel", "spatial")
      channel = Self.channelGate(cbam.channel, task, at: channelNode, micro)
      spatial = FusedSpatialGate(cbam.spatial, shape, task.weights.scoped(spatialNode), micro)
      order = cbam.order
    default:
      preconditionFailure("\(task.op.text) is not a fused attention")
    }
  }

  private static func channelGate(
    _ gate: ChannelGate, _ task: Task, at node: String, _ micro: MicroKernels
  ) -> FusedChannelGate {
    let channels = task.inputs[0].c
    return FusedChannelGate(
      gate.pools, mlp: gate.mlp(channels), gate: .sigmoid, channels: channels,
      task.weights.scoped(node).scoped("mlp"), micro)
  }

  var weightMemory: [UnsafeRawBufferPointer] {
    (channel?.weightMemory ?? []) + (spatial?.weightMemory ?? [])
  }

  func workspace(threads: Int) -> Int {
    WorkerScratch.count(sweeps.micro, threads: threads) + (channel?.workspace ?? 0)
      + (spatial?.workspace ?? 0)
  }

  func bind(_ memory: Arguments, threads: Int) -> [Region] {
    let scratch = WorkerScratch(memory.workspace, sweeps.micro, threads: threads)
    return (0..<shape.n).flatMap { n in
      let offset = n * shape.c * shape.plane
      return image(
        memory.inputs[0] + offset, residual: fusion.residual ? memory.inputs[1] + offset : nil,
        into: memory.outputs[0] + offset, scratch)
    }
  }

  private func image(
    _ x: UnsafePointer<Float>, residual: UnsafePointer<Float>?, into target: UnsafeMutablePointer<Float>,
    _ scratch: WorkerScratch
  ) -> [Region] {
    let memory = scratch.rest
    let perPixel = memory + (channel?.workspace ?? 0)
    let channelGates = channel.map { UnsafePointer($0.gates(memory)) }
    let pixelGates = spatial.map { UnsafePointer($0.gates(perPixel)) }

    /// Gates of channels, from the input times what has been gated already.
    func channelRegions(gatedBy gates: UnsafePointer<Float>?) -> [Region] {
      guard let channel else { return [] }
      let pool = sweeps.planeColumns(
        x, gates: gates, pools: channel.pools, into: channel.columns(memory), scratch)
      return ([pool.computing("squeeze", "avg-pool", "max-pool")] + channel.regions(memory, scratch)).map {
        $0.inside(channelNode)
      }
    }

    /// Gates of pixels, likewise.
    func spatialRegions(gatedBy gates: UnsafePointer<Float>?) -> [Region] {
      spatial?.regions(x, channelGates: gates, perPixel, scratch).map { $0.inside(spatialNode) } ?? []
    }

    let gates: [Region]
    switch order {
    case .channelFirst: gates = channelRegions(gatedBy: nil) + spatialRegions(gatedBy: channelGates)
    case .spatialFirst: gates = spatialRegions(gatedBy: nil) + channelRegions(gatedBy: pixelGates)
    case .parallel: gates = channelRegions(gatedBy: nil) + spatialRegions(gatedBy: nil)
    }
    let apply = sweeps.apply(
      x, channelGates: channelGates, pixelGates: pixelGates, pixelFirst: order == .spatialFirst,
      residual: residual,
      relu: fusion.activation == .relu, into: target)
    return gates + [apply.computing("scale", "channel-scale", "spatial-scale").finishing()]
  }
}
