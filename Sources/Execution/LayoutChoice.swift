import Kernels
import Operators
import Tensors

/// The pass that chooses a form for every step so that kernels and reorders between them take the fewest cycles.
///
/// Choices depend on each other: a blocked layout pays only if the neighbours have it, too. From a start of the fastest
/// forms, and from one for each layout that some form gives or takes, each step in turn takes the form that is best beside its
/// neighbours, until nothing changes; the best end wins. Cost: (starts · sweeps · steps · forms), milliseconds for a network.
public struct LayoutChoice {
  /// A step and its candidates.
  public struct Step {
    /// The fastest first, at least one.
    public let forms: [Form]
    /// What it reads, `.node` naming steps; a fused residual comes last.
    public let reads: [Graph.Source]
    /// Of each read.
    public let types: [TensorType]
    /// Inputs of the operator without a residual.
    public let inputCount: Int

    /// - Precondition: `forms` is not empty; `types` has one entry for each of `reads`.
    public init(forms: [Form], reads: [Graph.Source], types: [TensorType], inputCount: Int) {
      self.forms = forms
      self.reads = reads
      self.types = types
      self.inputCount = inputCount
    }
  }

  private let steps: [Step]
  private let outputs: [(source: Graph.Source, type: TensorType)]
  /// Cycles of a reorder; nil: nobody can do it.
  private let reorder: (TensorType, Layout, Layout) -> Double?
  /// Steps that read a step's outputs.
  private let readers: [[Int]]

  /// - Parameters:
  ///   - outputs: of the whole; they are NCHW, as its inputs are.
  ///   - reorder: cycles of changing a tensor's layout, nil if that is not possible.
  public init(
    _ steps: [Step], outputs: [(source: Graph.Source, type: TensorType)],
    reorder: @escaping (TensorType, Layout, Layout) -> Double?
  ) {
    self.steps = steps
    self.outputs = outputs
    self.reorder = reorder
    var readers = [[Int]](repeating: [], count: steps.count)
    for (index, step) in steps.enumerated() {
      for case .node(let source, _) in step.reads where readers[source].last != index {
        readers[source].append(index)
      }
    }
    self.readers = readers
  }

  /// Index of the chosen form for every step, or nil if none of the starts ends at something possible.
  public func chosen() -> [Int]? {
    guard steps.contains(where: { $0.forms.count > 1 }) else {
      return Array(repeating: 0, count: steps.count)
    }
    let layouts = Set(steps.flatMap { $0.forms.flatMap { $0.gives + $0.takes } })
    let starts =
      [steps.map { _ in 0 }, start(.nchw)]
      + layouts.sorted { $0.description < $1.description }.map(start)
    let ends = starts.map(improved)
    let best = ends.min { $0.cycles < $1.cycles }
    return best.flatMap { $0.cycles.isFinite ? $0.choice : nil }
  }

  /// The fastest form of each step that gives a layout, or else one that takes it, where there is one.
  private func start(_ layout: Layout) -> [Int] {
    steps.map { step in
      step.forms.firstIndex { $0.gives(0) == layout }
        ?? step.forms.firstIndex { $0.takes(0, of: step.inputCount) == layout } ?? 0
    }
  }

  private func improved(_ start: [Int]) -> (choice: [Int], cycles: Double) {
    var choice = start
    for _ in 0..<8 {
      var changed = false
      for step in steps.indices where steps[step].forms.count > 1 {
        let costs = steps[step].forms.indices.map { cycles(around: step, with: $0, choice) }
        guard let best = costs.indices.min(by: { costs[$0] < costs[$1] }), costs[best] < costs[choice[step]]
        else { continue }
        choice[step] = best
        changed = true
      }
      if !changed { break }
    }
    let total = steps.indices.reduce(outputCycles(choice)) { sum, step in
      sum + steps[step].forms[choice[step]].cycles + readCycles(step, choice)
    }
    return (choice, total)
  }

  /// Cycles that depend on one step's form.
  private func cycles(around step: Int, with form: Int, _ choice: [Int]) -> Double {
    var choice = choice
    choice[step] = form
    let read = readers[step].reduce(readCycles(step, choice)) { $0 + readCycles($1, choice) }
    return steps[step].forms[form].cycles + read + outputCycles(choice)
  }

  /// Cycles of the reorders before a step.
  private func readCycles(_ step: Int, _ choice: [Int]) -> Double {
    let (item, form) = (steps[step], steps[step].forms[choice[step]])
    return item.reads.indices.reduce(0) { sum, i in
      sum + between(item.reads[i], item.types[i], form.takes(i, of: item.inputCount), choice)
    }
  }

  private func outputCycles(_ choice: [Int]) -> Double {
    outputs.reduce(0) { $0 + between($1.source, $1.type, .nchw, choice) }
  }

  private func between(
    _ source: Graph.Source, _ type: TensorType, _ layout: Layout, _ choice: [Int]
  ) -> Double {
    let found = LayoutChoice.layout(of: source, steps, choice)
    return found == layout ? 0 : reorder(type, found, layout) ?? .infinity
  }

  static func layout(of source: Graph.Source, _ steps: [Step], _ choice: [Int]) -> Layout {
    guard case .node(let step, let output) = source else { return .nchw }
    return steps[step].forms[choice[step]].gives(output)
  }
}
