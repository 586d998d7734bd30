import Kernels
import MicroKernelAPI
import Models
import Operators
import Tensors

/// SE, channel attention, spatial attention and CBAM in sweeps over the input: pools and gates are computed from it, the
/// gated tensor is only ever written as the result, with what a block adds to it already added.
struct FusedAttention: Kernel {
  let name = "tiled/fused"

  func support(_ op: any Operator, _ inputs: [TensorType], isa: ISA) -> Support {
    guard op is SqueezeExcitation || op is ChannelAttention || op is SpatialAttention || op is CBAM else {
      return .no("computes SE, channel attention, spatial attention and CBAM only")
    }
    return .yes(Form(epilogues: [.residual, .relu], cycles: Self.cycles(op, inputs[0], isa.microKernels)))
  }

  /// Reading the input for each kind of pool, and once more to apply the gates; the parts' products at full speed.
  private static func cycles(_ op: any Operator, _ input: TensorType, _ micro: MicroKernels) -> Double {
    let sweeps = op is CBAM ? 4 : 3
    let macs = (try? op.cost([input]).macs) ?? 0
    return 0.75 * Cycles.sweeps(sweeps * input.count, regions: sweeps) + Double(macs)
      / Double(2 * micro.lanes)
  }

  func prepare(_ task: KernelTask) throws -> any Prepared { try PreparedAttention(task) }
}

private struct PreparedAttention: Prepared {
  let shape: Shape
  let micro: MicroKernels
  let fusion: Fusion
  /// Images that are computed together.
  let groups: Partition
  var channel: FusedChannelGate?
  /// One for each size of a group.
  var spatial: [FusedSpatialGate] = []
  var order = CBAM.Order.channelFirst
  /// The nodes that compute the gates.
  var (channelNode, spatialNode) = ("", "")

  init(_ task: KernelTask) throws {
    (shape, micro, fusion) = (task.inputs[0].shape, task.micro, task.fusion)
    switch task.op {
    case let se as SqueezeExcitation:
      channel = try FusedChannelGate(
        .avg, mlp: se.mlp(shape.c), gate: se.gate.activation, channels: shape.c, task.weights.scoped("mlp"),
        micro)
    case let attention as ChannelAttention:
      channelNode = "gate"
      channel = try Self.channelGate(attention.gate, task, at: channelNode)
    case is SpatialAttention:
      spatialNode = "gate"
    case let cbam as CBAM:
      (channelNode, spatialNode) = ("channel", "spatial")
      channel = try Self.channelGate(cbam.channel, task, at: channelNode)
      order = cbam.order
    default:
      preconditionFailure("\(task.op.text) is not a fused attention")
    }
    groups = Self.groups(shape, turnsMaps: !spatialNode.isEmpty)
    guard let gate = (task.op as? SpatialAttention)?.gate ?? (task.op as? CBAM)?.spatial else { return }
    let filter = try FusedSpatialGate.Filter(gate, shape, task.weights.scoped(spatialNode), micro)
    spatial = Set([groups[0].count, groups[groups.parts - 1].count]).map { images in
      FusedSpatialGate(filter, Shape(images, shape.c, shape.h, shape.w), micro)
    }
  }

  /// Floats of images that are computed together: they stay in a core's second cache from sweep to sweep.
  private static let near = 32 << 10
  /// Pixels of a map above which turning it takes longer than regions of its own.
  private static let mostTurned = 512

  /// Large images are computed one by one; small ones together, as the fixed costs of a sweep would outgrow the work.
  private static func groups(_ shape: Shape, turnsMaps: Bool) -> Partition {
    let isLarge = turnsMaps && shape.plane > mostTurned
    let together = isLarge ? 1 : max(1, near / (shape.c * shape.plane))
    return Partition(count: shape.n, parts: ceilDivide(shape.n, together))
  }

  private static func channelGate(
    _ gate: ChannelGate, _ task: KernelTask, at node: String
  ) throws -> FusedChannelGate {
    let channels = task.inputs[0].c
    return try FusedChannelGate(
      gate.pools, mlp: gate.mlp(channels), gate: .sigmoid, channels: channels,
      task.weights.scoped(node).scoped("mlp"), task.micro)
  }

  var weightMemory: [UnsafeRawBufferPointer] {
    (channel?.weightMemory ?? []) + (spatial.first?.weightMemory ?? [])
  }

  /// Of the largest group.
  private var channelWorkspace: Int {
    channel?.workspace(images: ceilDivide(shape.n, groups.parts)) ?? 0
  }

  func workspace(threads: Int) -> Int {
    WorkerScratch.count(micro, threads: threads) + channelWorkspace
      + (spatial.map(\.workspace).max() ?? 0)
  }

  func bind(_ memory: CallMemory, threads: Int) -> [Region] {
    let scratch = WorkerScratch(memory.workspace, micro, threads: threads)
    return (0..<groups.parts).flatMap { group in
      let offset = groups[group].lowerBound * shape.c * shape.plane
      return images(
        groups[group].count, memory.inputs[0] + offset,
        residual: fusion.residual ? memory.inputs[1] + offset : nil, into: memory.outputs[0] + offset,
        scratch)
    }
  }

  /// A group of `count` images.
  private func images(
    _ count: Int, _ x: UnsafePointer<Float>, residual: UnsafePointer<Float>?,
    into target: UnsafeMutablePointer<Float>, _ scratch: WorkerScratch
  ) -> [Region] {
    let memory = scratch.rest
    let perPixel = memory + channelWorkspace
    let sweeps = PlaneSweeps(shape: Shape(count, shape.c, shape.h, shape.w), micro: micro)
    let spatial = spatial.first { $0.shape.n == count }
    let channelGates = channel.map { UnsafePointer($0.gates(memory, images: count)) }
    let pixelGates = spatial.map { UnsafePointer($0.gates(perPixel)) }

    /// Gates of channels, from the input times what has been gated already.
    func channelRegions(gatedBy gates: UnsafePointer<Float>?) -> [Region] {
      guard let channel else { return [] }
      let pool = sweeps.planeColumns(
        x, gates: gates, pools: channel.pools, into: channel.columns(memory),
        columnStride: channel.columnStride(images: count), scratch)
      return
        ([pool.computing("squeeze", "avg-pool", "max-pool")]
        + channel.regions(memory, images: count, scratch)).map { $0.inside(channelNode) }
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
