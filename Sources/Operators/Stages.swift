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
  /// Parameters are zero where the weights are another stage's.
  public let cost: Cost
}

/// The primitives of an operator in running order.
public struct Stages: Sendable, RandomAccessCollection {
  private let list: [Stage]
  /// Where the result comes from.
  public let output: Graph.Source

  public var startIndex: Int { list.startIndex }
  public var endIndex: Int { list.endIndex }
  public subscript(index: Int) -> Stage { list[index] }

  fileprivate init(list: [Stage], output: Graph.Source) {
    self.list = list
    self.output = output
  }
}

extension Operator {
  /// The primitives of a composite in running order, or the operator itself.
  public func stages(_ inputs: [Shape]) throws(OperatorError) -> Stages {
    var list: [Stage] = []
    let output = try flatten(
      inputs, inputs.indices.map { .input($0) }, Path(name: "", owner: "", isShared: false), into: &list)
    return Stages(list: list, output: output)
  }

  private func flatten(
    _ inputs: [Shape], _ sources: [Graph.Source], _ path: Path, into list: inout [Stage]
  ) throws(OperatorError) -> Graph.Source {
    guard let composite = self as? any Composite else {
      list.append(try stage(inputs, sources, path))
      return .node(list.count - 1)
    }
    let graph = try composite.wired(inputs)
    var outputs: [Graph.Source] = []
    for (node, shapes) in zip(graph.nodes, try graph.shapes(inputs)) {
      let taken = node.inputs.map { $0.resolved(inputs: sources, nodes: outputs) }
      outputs.append(
        try node.op.flatten(shapes.inputs, taken, path.inside(node, of: graph), into: &list))
    }
    return graph.output.resolved(inputs: sources, nodes: outputs)
  }

  private func stage(_ inputs: [Shape], _ sources: [Graph.Source], _ path: Path) throws(OperatorError)
    -> Stage
  {
    var cost = try cost(inputs)
    if path.isShared { cost.parameters = 0 }
    return Stage(
      name: path.name.isEmpty ? keyword : path.name, op: self, sources: sources, inputs: inputs,
      output: try output(inputs), owner: path.owner, cost: cost)
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
  let name: String
  let owner: String
  let isShared: Bool

  func inside(_ node: Graph.Node, of graph: Graph) -> Path {
    func below(_ path: String, _ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }
    return Path(
      name: below(name, node.name),
      owner: below(owner, node.sharing.map { graph.nodes[$0].name } ?? node.name),
      isShared: isShared || node.sharing != nil)
  }
}
