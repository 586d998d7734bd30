import Tensors

/// One operator of a flattened composite.
public struct Stage: Sendable {
  /// Path of node names, joined by dots; the keyword, if it is the whole.
  public let name: String
  /// What the stage computes.
  public let op: any Operator
  /// Where the inputs come from: those of the whole, outputs of earlier stages, constants and weights of the whole.
  public let sources: [Graph.Source]
  /// Type of each input.
  public let inputs: [TensorType]
  /// Type of each output.
  public let outputs: [TensorType]
  /// Path of its weights: its own, unless they are another stage's or a graph's; empty if they are the whole's.
  public let owner: String
  /// Whether its weights are another stage's or a graph's.
  public let isShared: Bool
  /// Keywords of the composites that it lies in, outermost first.
  public let composites: [String]
  /// Parameters are zero where the weights are another stage's.
  public let cost: Cost

  /// Elements of all outputs.
  public var outputCount: Int { outputs.reduce(0) { $0 + $1.count } }
}

/// A composite inside a composite, or the whole.
public struct Block: Sendable {
  /// Path of node names, joined by dots; empty for the whole.
  public let name: String
  /// The composite whose graph it is.
  public let op: any Composite
  /// Types of its inputs.
  public let inputs: [TensorType]
  /// Its stages.
  public let stages: Range<Int>
}

/// An operator as a flat list of parts in running order: the first pass of whoever runs or counts a composite.
public struct Stages: Sendable, RandomAccessCollection {
  /// Whether a composite stays whole, as it has a kernel of its own.
  public typealias Keeps = (_ op: any Composite, _ inputs: [TensorType]) -> Bool

  private var list: [Stage] = []
  /// All composites that were taken apart, inner ones before those that they lie in.
  public private(set) var blocks: [Block] = []
  /// What `.constant` sources name.
  public private(set) var constants: [Constant] = []
  /// Where the results come from.
  public private(set) var outputs: [Graph.Source] = []
  /// Parameters that belong to graphs and to no stage.
  private(set) var declaredParameters = 0

  /// 0, so that indices are numbers of stages.
  public var startIndex: Int { list.startIndex }
  /// The number of stages.
  public var endIndex: Int { list.endIndex }
  /// A stage by its number in running order; `.node` sources use the same numbers.
  public subscript(index: Int) -> Stage { list[index] }

  /// Numbers of the stages that a path names: one of them, or those of a block; all for the empty path, none for a path
  /// that is not there.
  public func numbers(at path: String) -> [Int] {
    if path.isEmpty { return Array(indices) }
    return indices.filter { list[$0].name == path || list[$0].name.hasPrefix(path + ".") }
  }

  fileprivate init(_ op: any Operator, _ inputs: [TensorType], keeping keeps: Keeps) throws(OperatorError) {
    outputs = try append(op, inputs, inputs.indices.map { .input($0) }, Path(), keeps)
  }
}

extension Operator {
  /// The primitives of a composite in running order, or the operator itself.
  /// - Parameter keeps: says which composites stay whole, as if they were primitives; none unless said.
  public func stages(
    _ inputs: [TensorType], keeping keeps: Stages.Keeps = { _, _ in false }
  ) throws(OperatorError) -> Stages {
    try Stages(self, inputs, keeping: keeps)
  }
}

extension Stages {
  /// - Returns: where the outputs of `op` come from.
  private mutating func append(
    _ op: any Operator, _ inputs: [TensorType], _ sources: [Graph.Source], _ path: Path, _ keeps: Keeps
  ) throws(OperatorError) -> [Graph.Source] {
    guard let composite = op as? any Composite, !keeps(composite, inputs) else {
      let stage = try Stages.stage(op, inputs, sources, path)
      list.append(stage)
      return stage.outputs.indices.map { .node(list.count - 1, output: $0) }
    }
    let (graph, first) = (try composite.wired(inputs), list.count)
    let types = try graph.types(inputs)
    var scope = Scope(inputs: sources, firstConstant: constants.count, path: path)
    constants += graph.constants
    if !path.isShared {
      let learned = graph.weights.filter(\.isLearned).map(\.shape.count)
      declaredParameters = try sum([declaredParameters] + learned)
    }
    for (node, types) in zip(graph.nodes, types) {
      let taken = node.inputs.map(scope.resolved)
      scope.nodes.append(
        try append(node.op, types.inputs, taken, path.inside(composite, node, of: graph), keeps))
    }
    for source in graph.outputs { _ = try graph.type(of: source, inputs, types) }
    blocks.append(Block(name: path.name, op: composite, inputs: inputs, stages: first..<list.count))
    return graph.outputs.map(scope.resolved)
  }

  private static func stage(
    _ op: any Operator, _ inputs: [TensorType], _ sources: [Graph.Source], _ path: Path
  ) throws(OperatorError) -> Stage {
    var cost = try op.cost(inputs)
    if path.isShared { cost.parameters = 0 }
    return Stage(
      name: path.name.isEmpty ? op.keyword : path.name, op: op, sources: sources, inputs: inputs,
      outputs: try op.outputs(inputs), owner: path.owner, isShared: path.isShared,
      composites: path.composites,
      cost: cost)
  }

  /// The most layers that sum up products, one after the other, between an input and a result: how often rounding errors
  /// are multiplied by weights.
  public var depth: Int {
    var depths: [Int] = []
    for stage in self {
      let before = stage.sources.map { if case .node(let i, _) = $0 { depths[i] } else { 0 } }
      depths.append((before.max() ?? 0) + (stage.cost.macs > 0 ? 1 : 0))
    }
    return depths.max() ?? 0
  }
}

/// What the sources of a graph's nodes mean outside it.
private struct Scope {
  let inputs: [Graph.Source]
  /// Where the graph's constants begin among those of the whole.
  let firstConstant: Int
  let path: Path
  /// Outputs of the nodes so far.
  var nodes: [[Graph.Source]] = []

  func resolved(_ source: Graph.Source) -> Graph.Source {
    switch source {
    case .input(let i): inputs[i]
    case .node(let i, let output): nodes[i][output]
    case .constant(let i): .constant(firstConstant + i)
    case .weight(let name): .weight(below(path.owner, name))
    }
  }
}

/// Where a node lies in a composite of composites, and whose weights it has.
private struct Path {
  var name = ""
  var owner = ""
  var isShared = false
  var composites: [String] = []

  func inside(_ composite: any Composite, _ node: Graph.Node, of graph: Graph) -> Path {
    Path(
      name: below(name, node.name),
      owner: below(owner, node.declared ?? node.sharing.map { graph.nodes[$0].name } ?? node.name),
      isShared: isShared || !node.hasOwnWeights, composites: composites + [composite.keyword])
  }
}

/// A name inside a path; the path itself for an empty name.
func below(_ path: String, _ name: String) -> String {
  path.isEmpty ? name : name.isEmpty ? path : "\(path).\(name)"
}
