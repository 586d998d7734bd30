import Kernels
import Operators
import Tensors

/// Any composite, its parts one after the other, each with the best kernel for it; batch norm, addition and activation are
/// fused into the convolution before them where its kernel can.
struct Layers: Kernel {
  let name = "tiled/layers"
  /// Kernels for the parts.
  let catalogue: Catalogue

  func support(_ op: any Operator, _ inputs: [Shape], isa: ISA) -> Support {
    guard let composite = op as? any Composite else { return .no("computes composites only") }
    do {
      let graph = try composite.graph(inputs)
      for (node, shapes) in zip(graph.nodes, try graph.shapes(inputs))
      where choice(node.op, shapes.inputs, isa) == nil {
        return .no("has no kernel for \(node.op.text) inside \(op.keyword)")
      }
      return .yes(Abilities(preference: 0))
    } catch {
      return .no("\(error)")
    }
  }

  /// The kernel for a part, itself for a composite that has no other.
  private func choice(_ op: any Operator, _ inputs: [Shape], _ isa: ISA) -> (
    kernel: any Kernel, abilities: Abilities
  )? {
    if let best = catalogue.best(op, inputs, isa: isa) { return best }
    guard case .yes(let abilities) = support(op, inputs, isa: isa) else { return nil }
    return (self, abilities)
  }

  func prepare(_ task: KernelTask) throws -> any Prepared {
    guard let composite = task.op as? any Composite else {
      preconditionFailure("\(task.op.text) is no composite")
    }
    let graph = try composite.graph(task.inputs)
    let shapes = try graph.shapes(task.inputs)
    let groups = FusedGroup.groups(graph) { node in
      choice(graph.nodes[node].op, shapes[node].inputs, task.isa)?.abilities.epilogues ?? []
    }
    let steps = try groups.map { group in
      let node = graph.nodes[group.root]
      guard let kernel = choice(node.op, shapes[group.root].inputs, task.isa)?.kernel else {
        throw OperatorError("no kernel for \(node.op.text)")
      }
      var fusion = Fusion()
      if let norm = group.batchNorm {
        let weights = task.weights.scoped(graph.nodes[norm].name)
        fusion.batchNorm = foldedBatchNorm(weights, channels: shapes[norm].output.c)
      }
      fusion.residual = group.residual != nil
      fusion.activation = group.activation
      let inner = KernelTask(
        node.op, shapes[group.root].inputs,
        weights: task.weights.scoped(graph.nodes[node.sharing ?? group.root].name),
        isa: task.isa, fusion: fusion, micro: task.micro)
      return LayerStep(
        node: node.name, fused: group.members.sorted().map { graph.nodes[$0].name },
        prepared: try kernel.prepare(inner), inputs: node.inputs + (group.residual.map { [$0] } ?? []),
        output: group.last)
    }
    return PreparedLayers(steps: steps, outputs: shapes.map(\.output.count), result: graph.output)
  }
}

/// A node and those after it that are computed together with it.
struct FusedGroup {
  let root: Int
  var last: Int
  var batchNorm: Int?
  var residual: Graph.Source?
  var activation = Activation.none

  /// Groups in running order.
  /// - Parameter epilogues: what the kernel of a node can fuse.
  static func groups(_ graph: Graph, epilogues: (Int) -> Set<Epilogue>) -> [FusedGroup] {
    var groups: [FusedGroup] = []
    var taken: Set<Int> = []
    for root in graph.nodes.indices where !taken.contains(root) {
      let group = grow(root, graph, epilogues(root), taken)
      for node in root...group.last where group.contains(node, graph) { taken.insert(node) }
      groups.append(group)
    }
    // A group runs when its last node would: by then every other input is there.
    return groups.sorted { $0.last < $1.last }
  }

  private static func grow(
    _ root: Int, _ graph: Graph, _ epilogues: Set<Epilogue>, _ taken: Set<Int>
  ) -> FusedGroup {
    var group = FusedGroup(root: root, last: root)
    while let next = graph.onlyUser(of: group.last), !taken.contains(next) {
      let node = graph.nodes[next]
      switch node.op {
      case is BatchNorm where epilogues.contains(.batchNorm) && group.last == root && node.sharing == nil:
        group.batchNorm = next
      case is Add where epilogues.contains(.residual) && group.residual == nil && group.activation == .none:
        let other = node.inputs[0] == .node(group.last) ? node.inputs[1] : node.inputs[0]
        // The other summand might be waiting for this one.
        if other == .node(group.last) { return group }
        group.residual = other
      case let op as any ActivationOperator
      where epilogues.fuse(op.activation) && group.activation == .none:
        group.activation = op.activation
      default:
        return group
      }
      group.last = next
      group.members.insert(next)
    }
    return group
  }

  fileprivate var members: Set<Int> = []

  private init(root: Int, last: Int) {
    self.root = root
    self.last = last
  }

  private func contains(_ node: Int, _ graph: Graph) -> Bool { node == root || members.contains(node) }
}

extension Set<Epilogue> {
  fileprivate func fuse(_ activation: Activation) -> Bool {
    contains(.activation) || activation == .relu && contains(.relu)
  }
}

extension Graph {
  /// The node that alone reads this one, if the graph's result does not.
  fileprivate func onlyUser(of node: Int) -> Int? {
    guard output != .node(node) else { return nil }
    let users = nodes.indices.filter { nodes[$0].inputs.contains(.node(node)) }
    return users.count == 1 ? users[0] : nil
  }
}

private struct LayerStep: Sendable {
  let node: String
  /// Nodes that are computed together with it.
  let fused: [String]
  let prepared: any Prepared
  let inputs: [Graph.Source]
  let output: Int
}

private struct PreparedLayers: Prepared {
  let steps: [LayerStep]
  let result: Graph.Source
  private let arena: Arena
  /// The step that computes a node.
  private let stepOf: [Int: Int]

  /// - Parameter outputs: elements of each node's output.
  init(steps: [LayerStep], outputs: [Int], result: Graph.Source) {
    self.steps = steps
    self.result = result
    let stepOf = Dictionary(uniqueKeysWithValues: steps.enumerated().map { ($1.output, $0) })
    var last = Array(steps.indices)
    for (index, step) in steps.enumerated() {
      for case .node(let node) in step.inputs { if let step = stepOf[node] { last[step] = index } }
    }
    // The result itself lies in the output.
    arena = Arena(
      zip(steps, last).enumerated().map { index, step in
        let size = result == .node(step.0.output) ? 0 : outputs[step.0.output]
        return Arena.Interval(size: size, first: index, last: step.1)
      }, alignment: 16)
    self.stepOf = stepOf
  }

  var weightMemory: [UnsafeRawBufferPointer] { steps.flatMap(\.prepared.weightMemory) }

  /// Where the parts' own workspace begins.
  private var partsOffset: Int { (arena.size + 15) / 16 * 16 }

  func workspace(threads: Int) -> Int {
    partsOffset + (steps.map { $0.prepared.workspace(threads: threads) }.max() ?? 0)
  }

  func bind(_ memory: CallMemory, threads: Int) -> [Region] {
    func place(_ node: Int) -> UnsafeMutablePointer<Float> {
      guard result != .node(node) else { return memory.outputs[0] }
      guard let step = stepOf[node] else { preconditionFailure("node \(node) is fused, nobody reads it") }
      return memory.workspace + arena.offsets[step]
    }
    return steps.flatMap { step -> [Region] in
      let inputs = step.inputs.map { source -> UnsafePointer<Float> in
        switch source {
        case .input(let i): memory.inputs[i]
        case .node(let i): UnsafePointer(place(i))
        }
      }
      return step.prepared.bind(
        CallMemory(inputs: inputs, outputs: [place(step.output)], workspace: memory.workspace + partsOffset),
        threads: threads
      ).map { $0.inside(step.node, with: step.fused).ofLayer(step.node) }
    }
  }
}
