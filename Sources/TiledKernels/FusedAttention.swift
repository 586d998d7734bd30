import Kernels
import MicroKernelAPI
import Operators
import Tensors

/// An attention module in sweeps over its input: its gates are computed one after the other, the gated tensor is only ever
/// written as the result, with what a block adds to it already added. Each module has a kernel of its own, all of one name.
protocol FusedAttention: Kernel {
  /// The operator that is computed.
  associatedtype Module: Spelled

  /// Nodes of the module's graph that multiply by the gates.
  var products: [String] { get }

  /// The module's gates: at most one of channels and one of pixels.
  func steps(_ module: Module, _ task: KernelTask) throws -> [GateStep]
}

extension FusedAttention {
  var name: String { "tiled/fused" }

  func support(_ op: any Operator, _ inputs: [TensorType], isa: ISA) -> Support {
    // One clause for all kernels of the name.
    guard op is Module else { return .no("computes attention modules that have a fused kernel only") }
    return .yes(Form(epilogues: [.residual, .relu], cycles: cycles(op, inputs[0], isa.microKernels)))
  }

  /// Reading the input for each gate and to apply them, and writing the result; products at full speed.
  private func cycles(_ op: any Operator, _ input: TensorType, _ micro: MicroKernels) -> Double {
    let sweeps = products.count + 2
    let macs = (try? op.cost([input]).macs) ?? 0
    return 0.75 * Cycles.sweeps(sweeps * input.count, regions: sweeps)
      + Double(macs) / Double(2 * micro.lanes)
  }

  func prepare(_ task: KernelTask) throws -> any Prepared {
    guard let module = task.op as? Module else {
      preconditionFailure("\(task.op.text) is not \(Module.keyword)")
    }
    return PreparedAttention(task, try steps(module, task), products: products)
  }
}

private struct PreparedAttention: Prepared {
  let shape: Shape
  let micro: MicroKernels
  let fusion: Fusion
  let steps: [GateStep]
  let products: [String]
  /// Images that are computed together.
  let groups: Partition

  init(_ task: KernelTask, _ steps: [GateStep], products: [String]) {
    precondition(
      Set(steps.map(\.gate.factors)).count == steps.count,
      "\(task.op.text): one gate of channels and one of pixels at most")
    (shape, micro, fusion) = (task.inputs[0].shape, task.micro, task.fusion)
    self.steps = steps
    self.products = products
    groups = Self.groups(shape, steps)
  }

  /// Floats of images that are computed together: they stay in a core's second cache from sweep to sweep.
  private static let near = 32 << 10

  /// Large images are computed one by one; small ones together, as the fixed costs of a sweep would outgrow the work.
  private static func groups(_ shape: Shape, _ steps: [GateStep]) -> Partition {
    let isLarge = steps.contains { shape.plane > $0.gate.mostPixelsTogether }
    let together = isLarge ? 1 : max(1, near / (shape.c * shape.plane))
    return Partition(count: shape.n, parts: ceilDivide(shape.n, together))
  }

  var packed: [PackedMemory] { steps.flatMap(\.gate.packed) }

  /// Of the groups, which differ by one image.
  private func workspace(_ step: GateStep) -> Int {
    max(
      step.gate.workspace(images: groups[0].count),
      step.gate.workspace(images: groups[groups.parts - 1].count))
  }

  func workspace(threads: Int) -> Int {
    WorkerScratch.count(micro, threads: threads) + steps.reduce(0) { $0 + workspace($1) }
  }

  func bind(_ memory: CallMemory, threads: Int) -> [Region] {
    let scratch = WorkerScratch(memory.workspace, micro, threads: threads)
    return (0..<groups.parts).flatMap { group in
      let offset = groups[group].lowerBound * shape.c * shape.plane
      let images = GatedImages(
        memory.inputs[0] + offset, Shape(groups[group].count, shape.c, shape.h, shape.w))
      return regions(
        images, residual: fusion.residual ? memory.inputs[1] + offset : nil,
        into: memory.outputs[0] + offset, scratch)
    }
  }

  /// A group of images.
  private func regions(
    _ images: GatedImages, residual: UnsafePointer<Float>?, into target: UnsafeMutablePointer<Float>,
    _ scratch: WorkerScratch
  ) -> [Region] {
    var (product, memory) = (images, scratch.rest)
    var regions: [Region] = []
    for step in steps {
      let source = step.source == .input ? images : product
      regions += step.gate.regions(source, memory, scratch).map { $0.inside(step.node) }
      let gates = step.gate.gates(memory, images: images.shape.n)
      product.multiply(step.gate.factors, by: UnsafePointer(gates))
      memory += workspace(step)
    }
    let apply = PlaneSweeps(images: product, micro: micro).apply(
      residual: residual, relu: fusion.activation == .relu, into: target)
    return regions + [apply.computing(products).finishing()]
  }
}
