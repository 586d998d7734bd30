import Kernels
import Operators
import Tensors

/// The kernel for any composite: its parts one after the other, each with the best kernel for it; batch norm, addition and
/// activation are fused into the step before them where its kernel can.
public struct Layers: Kernel {
  /// Rows show it: `tiled/layers`.
  public let name: String
  /// Kernels for the parts.
  private let catalogue: Catalogue

  /// - Parameter catalogue: kernels for the parts; this one need not be among them.
  public init(name: String, _ catalogue: Catalogue) {
    self.name = name
    self.catalogue = catalogue
  }

  /// Without kernels whose errors are larger than the formula's own.
  public var exact: (any Kernel)? { Layers(name: name, catalogue.exact) }

  /// With kernels for the parts that are chosen by measured times.
  public func tuned(by times: MeasuredTimes) -> any Kernel { Layers(name: name, catalogue.tuned(by: times)) }

  /// The steps that it would run.
  /// - Throws: `OperatorError` if a part has no kernel.
  public func compilation(
    _ op: any Operator, _ inputs: [TensorType], isa: ISA
  ) throws(OperatorError) -> Compilation {
    guard let composite = op as? any Composite else { throw OperatorError("computes composites only") }
    return try Compilation(composite, inputs, catalogue, isa: isa)
  }

  /// One form with the sum of the steps' estimates and the mean of their error growths; a composite with a
  /// part that no kernel computes is refused.
  public func support(_ op: any Operator, _ inputs: [TensorType], isa: ISA) -> Support {
    do {
      let steps = try compilation(op, inputs, isa: isa)
      return .yes(
        Form(errorGrowth: steps.errorGrowth, keepsNonFinite: steps.keepsNonFinite, cycles: steps.cycles))
    } catch {
      return .no("\(error)")
    }
  }

  /// Folds batch norms, packs the weights of every step and plans the memory.
  public func prepare(_ task: KernelTask) throws -> any Prepared {
    try PreparedLayers(compilation(task.op, task.inputs, isa: task.isa), task)
  }
}

/// Steps with packed weights, and the plan of their memory.
private struct PreparedLayers: Prepared {
  private struct Step: Sendable {
    let name: String
    let fused: [String]
    let sources: [Graph.Source]
    let prepared: any Prepared
    let outputs: Int
  }

  private let steps: [Step]
  /// Whether the weights of each step are packed in each call.
  private let packsAnew: Bool
  private let plan: MemoryPlan
  private let held: HeldTensors
  private let outputs: [TensorType]
  /// Of all steps.
  private let results: [TensorType]

  /// Of results in memory: a line.
  private static let alignment = 64

  init(_ compilation: Compilation, _ task: KernelTask) throws {
    steps = try compilation.steps.map { step in
      Step(
        name: step.name, fused: step.fused, sources: step.sources, prepared: try Self.prepare(step, task),
        outputs: step.outputs.count)
    }
    packsAnew = (task.op as? any Composite)?.changesWeights ?? false
    plan = MemoryPlan(
      compilation.steps.map { step in
        .init(
          reads: step.sources,
          writes: step.outputs.enumerated().map { output, type in
            let count = step.choice.form.gives(output).count(type)
            return .init(bytes: count * type.element.bytes, isBounded: type.isBounded)
          })
      }, outputs: compilation.outputs, alignment: Self.alignment)
    let reads = compilation.steps.flatMap(\.sources) + compilation.outputs
    held = try HeldTensors(reads, compilation.constants, task.weights)
    outputs = try task.op.outputs(task.inputs)
    results = compilation.steps.flatMap(\.outputs)
  }

  private static func prepare(_ step: Compilation.Step, _ task: KernelTask) throws -> any Prepared {
    var fusion = Fusion()
    fusion.batchNorm = try step.batchNorm.map { try FoldedBatchNorm($0.op, task.weights.scoped($0.owner)) }
    fusion.residual = step.hasResidual
    fusion.activation = step.activation
    return try step.choice.kernel.prepare(
      KernelTask(
        step.op, step.inputs, weights: task.weights.scoped(step.owner), isa: task.isa, fusion: fusion,
        form: step.choice.form, micro: task.micro))
  }

  var packed: [PackedMemory] { steps.flatMap(\.prepared.packed) + [PackedMemory(held.memory)] }

  /// Where the steps' own workspace begins, in floats.
  private var stepsOffset: Int { (plan.scratch + Self.alignment - 1) / Self.alignment * Self.alignment / 4 }

  func workspace(threads: Int) -> Int {
    results.workspace(stepsOffset + (steps.map { $0.prepared.workspace(threads: threads) }.max() ?? 0))
  }

  func bind(_ memory: CallMemory, threads: Int) -> [Region] {
    let places = PlannedMemory(
      plan, inputs: memory.inputs.places, outputs: memory.outputs.places,
      scratch: UnsafeMutableRawPointer(memory.workspace), held: held.place)
    let regions = steps.enumerated().flatMap { index, step -> [Region] in
      let packing = packsAnew ? step.prepared.packed.compactMap(\.packing) : []
      return packing.map { $0.ofLayer(step.name) }
        + step.prepared.bind(
          CallMemory(
            inputs: step.sources.map { places[$0] },
            outputs: (0..<step.outputs).map { places[.node(index, output: $0)] },
            workspace: memory.workspace + stepsOffset),
          threads: threads
        ).map { $0.inside(step.name, with: step.fused).ofLayer(step.name) }
    }
    return regions + places.copies(outputs.map(\.bytes))
  }
}
