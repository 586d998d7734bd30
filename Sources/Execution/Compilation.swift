import Kernels
import Operators
import Tensors

/// A composite as steps, each with the kernel that computes it: the result of all passes but planning and binding.
///
/// flatten (`Operator.stages`) → fuse (`FusedStage`) → choose kernels and layouts (`LayoutChoice`) → plan (`MemoryPlan`) → bind.
public struct Compilation: Sendable {
  /// Stages that one kernel computes together, or a reorder between two of them.
  public struct Step: Sendable {
    /// Path of the stage; of the reader, for a reorder.
    public let name: String
    /// What the step's kernel was made for; fused stages are not part of it.
    public let op: any Operator
    /// Paths of stages that are computed together with it.
    public let fused: [String]
    /// `.node` names a step; a fused residual comes last.
    public let sources: [Graph.Source]
    /// Types of the operator's own inputs.
    public let inputs: [TensorType]
    /// Types of its results, after everything that is fused.
    public let outputs: [TensorType]
    /// Path of the weights.
    public let owner: String
    /// Path of a batch norm that is folded in.
    public let batchNorm: (op: BatchNorm, owner: String)?
    /// Whether the last source is added to the result.
    public let hasResidual: Bool
    /// What is applied last.
    public let activation: Activation
    /// All that could have been chosen, the fastest first.
    public let candidates: [Choice]
    /// The candidate that runs.
    public let choice: Choice
  }

  /// In running order.
  public let steps: [Step]
  /// Where the results come from, `.node` naming steps.
  public let outputs: [Graph.Source]
  let constants: [Constant]

  /// Estimated cycles of a call with one thread.
  public var cycles: Double { steps.reduce(0) { $0 + $1.choice.form.cycles } }

  /// Whether NaN and infinities stay where the formula leads them, in every step.
  public var keepsNonFinite: Bool { steps.allSatisfy { $0.choice.form.keepsNonFinite } }

  /// How many times as large as the formula's own the rounding errors may be: the root of the mean square of the growth of
  /// steps that sum up products, as errors of different steps are independent.
  public var errorGrowth: Double {
    let growths = steps.filter { step in
      !step.choice.form.isDirect || ((try? step.op.cost(step.inputs).macs) ?? 0) > 0
    }.map(\.choice.form.errorGrowth)
    guard growths.contains(where: { $0 > 1 }) else { return 1 }
    return (growths.reduce(0) { $0 + $1 * $1 } / Double(growths.count)).squareRoot()
  }

  /// - Throws: `OperatorError` if there is no kernel for a part, or the graph cannot take its inputs.
  public init(
    _ composite: any Composite, _ inputs: [TensorType], _ catalogue: Catalogue, isa: ISA
  ) throws(OperatorError) {
    let chooser = StepChooser(catalogue: catalogue, isa: isa, packsEachCall: composite.changesWeights)
    let stages = try composite.stages(inputs) { part, types in
      // The whole is asked for because no kernel computes it at once, or to be compared with one that does.
      AnyHashable(part) != AnyHashable(composite) && chooser.keeps(part, types)
    }
    self = try chooser.compilation(stages)
  }

  init(steps: [Step], outputs: [Graph.Source], constants: [Constant]) {
    self.steps = steps
    self.outputs = outputs
    self.constants = constants
  }
}

/// Makes steps of stages.
private struct StepChooser {
  let catalogue: Catalogue
  let isa: ISA
  /// Whether weights are packed in each call.
  let packsEachCall: Bool

  /// Whether a kernel computes a composite at once in less time than its parts take.
  func keeps(_ composite: any Composite, _ inputs: [TensorType]) -> Bool {
    guard let best = catalogue.best(composite, inputs, isa: isa) else { return false }
    if let fastest = catalogue.times?.fastest(composite, inputs, isa: isa) {
      return fastest == best.kernel.name
    }
    let parts = try? Compilation(composite, inputs, catalogue, isa: isa)
    return parts.map { best.form.cycles <= $0.cycles } ?? true
  }

  func compilation(_ stages: Stages) throws(OperatorError) -> Compilation {
    let candidates = stages.map {
      catalogue.choices($0.op, $0.inputs, isa: isa, packsEachCall: packsEachCall)
    }
    for (stage, choices) in zip(stages, candidates) where choices.isEmpty {
      let place = stage.composites.last.map { " inside \($0)" } ?? ""
      throw OperatorError("has no kernel for \(stage.op.text)\(place)")
    }
    let groups = FusedStage.groups(stages) { candidates[$0][0].form.epilogues }
    let numbers = Dictionary(uniqueKeysWithValues: groups.enumerated().map { ($1.last, $0) })
    let renumber = { (source: Graph.Source) -> Graph.Source in
      guard case .node(let stage, let output) = source, let step = numbers[stage] else { return source }
      return .node(step, output: output)
    }
    let drafts = groups.map { group in
      Draft(
        group, stages,
        candidates[group.root].filter { group.isFusible(by: $0.form.epilogues) }, renumber)
    }
    let outputs = stages.outputs.map(renumber)
    let layouts = LayoutChoice(
      drafts.map(\.layoutStep), outputs: Self.typed(outputs, drafts)
    ) { type, from, to in reorder(type, from, to)?.form.cycles }
    guard let chosen = layouts.chosen() else {
      throw OperatorError("has no kernel that changes layouts as the others need")
    }
    var builder = StepBuilder(reorder: reorder)
    for (draft, index) in zip(drafts, chosen) { try builder.append(draft, draft.fastest[index]) }
    var results: [Graph.Source] = []
    for source in outputs { results.append(try builder.plain(source)) }
    return Compilation(steps: builder.steps, outputs: results, constants: stages.constants)
  }

  private func reorder(_ type: TensorType, _ from: Layout, _ to: Layout) -> Choice? {
    catalogue.best(Reorder(from: from, to: to), [type], isa: isa)
  }

  /// Results that steps compute; whatever else the whole gives is NCHW already.
  private static func typed(
    _ outputs: [Graph.Source], _ drafts: [Draft]
  ) -> [(source: Graph.Source, type: TensorType)] {
    outputs.compactMap { source in
      guard case .node(let step, let output) = source else { return nil }
      return (source, drafts[step].outputs[output])
    }
  }
}

/// A step before its form is chosen.
private struct Draft {
  let root: Stage
  let group: FusedStage
  let fused: [String]
  let sources: [Graph.Source]
  let types: [TensorType]
  let outputs: [TensorType]
  let batchNorm: (op: BatchNorm, owner: String)?
  let candidates: [Choice]
  /// Of candidates with the same layouts, the fastest.
  let fastest: [Choice]

  init(
    _ group: FusedStage, _ stages: Stages, _ candidates: [Choice],
    _ renumber: (Graph.Source) -> Graph.Source
  ) {
    self.group = group
    self.candidates = candidates
    root = stages[group.root]
    outputs = stages[group.last].outputs
    fused = group.others.map { stages[$0].name }
    sources = (root.sources + (group.residual.map { [$0] } ?? [])).map(renumber)
    types = root.inputs + (group.residual == nil ? [] : [outputs[0]])
    batchNorm = group.batchNorm.flatMap { index in
      (stages[index].op as? BatchNorm).map { ($0, stages[index].owner) }
    }
    var seen: Set<[[Layout]]> = []
    fastest = candidates.filter { seen.insert([$0.form.takes, $0.form.gives]).inserted }
  }

  var layoutStep: LayoutChoice.Step {
    .init(forms: fastest.map(\.form), reads: sources, types: types, inputCount: root.inputs.count)
  }

  func step(_ choice: Choice, reading sources: [Graph.Source]) -> Compilation.Step {
    Compilation.Step(
      name: root.name, op: root.op, fused: fused, sources: sources, inputs: root.inputs, outputs: outputs,
      owner: root.owner, batchNorm: batchNorm, hasResidual: group.residual != nil,
      activation: group.activation, candidates: candidates, choice: choice)
  }
}

/// Puts reorders between steps whose layouts differ.
private struct StepBuilder {
  let reorder: (TensorType, Layout, Layout) -> Choice?
  private(set) var steps: [Compilation.Step] = []
  /// Where the step of a draft is now.
  private var numbers: [Int] = []
  private var reordered: [Wanted: Graph.Source] = [:]

  private struct Wanted: Hashable {
    let source: Graph.Source
    let layout: Layout
  }

  init(reorder: @escaping (TensorType, Layout, Layout) -> Choice?) { self.reorder = reorder }

  mutating func append(_ draft: Draft, _ choice: Choice) throws(OperatorError) {
    var sources: [Graph.Source] = []
    for (i, source) in draft.sources.enumerated() {
      let layout = choice.form.takes(i, of: draft.root.inputs.count)
      sources.append(try self.source(source, draft.types[i], in: layout, for: draft.root.name))
    }
    steps.append(draft.step(choice, reading: sources))
    numbers.append(steps.count - 1)
  }

  /// An output of the whole.
  mutating func plain(_ source: Graph.Source) throws(OperatorError) -> Graph.Source {
    guard case .node(let draft, let output) = source else { return source }
    let step = steps[numbers[draft]]
    return try self.source(source, step.outputs[output], in: .nchw, for: step.name)
  }

  private mutating func source(
    _ source: Graph.Source, _ type: TensorType, in layout: Layout, for name: String
  ) throws(OperatorError) -> Graph.Source {
    var (found, now) = (Layout.nchw, source)
    if case .node(let draft, let output) = source {
      now = .node(numbers[draft], output: output)
      found = steps[numbers[draft]].choice.form.gives(output)
    }
    if found == layout { return now }
    let wanted = Wanted(source: now, layout: layout)
    if let there = reordered[wanted] { return there }
    guard let best = reorder(type, found, layout) else {
      throw OperatorError("has no kernel that changes \(found) to \(layout)")
    }
    // Its layouts are the operator's, whatever else the form says.
    let form = Form(takes: [found], gives: [layout], cycles: best.form.cycles)
    let choice = Choice(kernel: best.kernel, form: form)
    steps.append(
      Compilation.Step(
        name: name, op: Reorder(from: found, to: layout), fused: [], sources: [now], inputs: [type],
        outputs: [type], owner: "", batchNorm: nil, hasResidual: false, activation: .none,
        candidates: [choice], choice: choice))
    let result = Graph.Source.node(steps.count - 1)
    reordered[wanted] = result
    return result
  }
}
