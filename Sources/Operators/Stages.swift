import Tensors

/// One primitive inside a composite.
public struct Stage: Sendable {
  /// Path of node names, joined by dots.
  public let name: String
  public let op: any Operator
  /// Where the inputs come from: those of the whole, or outputs of earlier stages.
  public let sources: [Graph.Source]
  public let inputs: [Shape]
  public let output: Shape
  /// Path of the stage whose weights it has: its own, unless it shares another's; empty if it is the whole.
  public let owner: String
  /// Whether its weights are another stage's.
  public var isShared: Bool { !owner.isEmpty && owner != name }
  /// Keywords of the composites that it lies in, outermost first.
  public let composites: [String]
  /// Parameters are zero where the weights are another stage's.
  public let cost: Cost
}

/// A composite inside a composite, or the whole.
public struct Block: Sendable {
  /// Path of node names, joined by dots; empty for the whole.
  public let name: String
  public let op: any Composite
  public let inputs: [Shape]
  /// Its primitives.
  public let stages: Range<Int>
}

/// The primitives of an operator in running order.
public struct Stages: Sendable, RandomAccessCollection {
  private var list: [Stage] = []
  /// All composites, inner ones before those that they lie in.
  public private(set) var blocks: [Block] = []
  /// Where the result comes from.
  public private(set) var output = Graph.Source.input(0)

  public var startIndex: Int { list.startIndex }
  public var endIndex: Int { list.endIndex }
  public subscript(index: Int) -> Stage { list[index] }

  fileprivate init(_ op: any Operator, _ inputs: [Shape]) throws(OperatorError) {
    output = try append(op, inputs, inputs.indices.map { .input($0) }, Path())
  }
}

extension Operator {
  /// The primitives of a composite in running order, or the operator itself.
  public func stages(_ inputs: [Shape]) throws(OperatorError) -> Stages { try Stages(self, inputs) }
}

extension Stages {
  /// - Returns: where the output of `op` comes from.
  private mutating func append(
    _ op: any Operator, _ inputs: [Shape], _ sources: [Graph.Source], _ path: Path
  ) throws(OperatorError) -> Graph.Source {
    guard let composite = op as? any Composite else {
      list.append(try Stages.stage(op, inputs, sources, path))
      return .node(list.count - 1)
    }
    let (graph, first) = (try composite.wired(inputs), list.count)
    var outputs: [Graph.Source] = []
    for (node, shapes) in zip(graph.nodes, try graph.shapes(inputs)) {
      let taken = node.inputs.map { $0.resolved(inputs: sources, nodes: outputs) }
      outputs.append(try append(node.op, shapes.inputs, taken, path.inside(composite, node, of: graph)))
    }
    blocks.append(Block(name: path.name, op: composite, inputs: inputs, stages: first..<list.count))
    return graph.output.resolved(inputs: sources, nodes: outputs)
  }

  private static func stage(
    _ op: any Operator, _ inputs: [Shape], _ sources: [Graph.Source], _ path: Path
  ) throws(OperatorError) -> Stage {
    var cost = try op.cost(inputs)
    if path.isShared { cost.parameters = 0 }
    return Stage(
      name: path.name.isEmpty ? op.keyword : path.name, op: op, sources: sources, inputs: inputs,
      output: try op.output(inputs), owner: path.owner, composites: path.composites, cost: cost)
  }
}

extension Graph.Source {
  fileprivate func resolved(inputs: [Graph.Source], nodes: [Graph.Source]) -> Graph.Source {
    switch self {
    case .input(let i): inputs[i]
    case .node(let i): nodes[i]
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
    func below(_ path: String, _ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }
    return Path(
      name: below(name, node.name),
      owner: below(owner, node.sharing.map { graph.nodes[$0].name } ?? node.name),
      isShared: isShared || node.sharing != nil, composites: composites + [composite.keyword])
  }
}
