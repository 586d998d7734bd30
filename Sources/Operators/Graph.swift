import Tensors

/// Operators wired to each other, in an order in which they can run.
public struct Graph: Sendable, Hashable {
  /// Where a tensor comes from.
  public enum Source: Sendable, Hashable {
    case input(Int)
    /// The first output of a node.
    case node(Int)
  }

  public struct Node: Sendable {
    public let name: String
    public let op: any Operator
    public let inputs: [Source]
    /// The node whose weights this one uses, if not its own.
    public let sharing: Int?
  }

  public private(set) var nodes: [Node] = []
  public var output: Source = .input(0)

  public init() {}

  /// Appends a node and returns its output, which becomes the graph's.
  @discardableResult
  public mutating func add(
    _ name: String, _ op: any Operator, _ inputs: Source..., sharing: Source? = nil
  ) -> Source {
    var owner: Int?
    if case .node(let index)? = sharing { owner = index }
    nodes.append(Node(name: name, op: op, inputs: inputs, sharing: owner))
    output = .node(nodes.count - 1)
    return output
  }

  /// Input shapes and output shape of every node.
  public func shapes(_ inputs: [Shape]) throws(OperatorError) -> [(inputs: [Shape], output: Shape)] {
    var result: [(inputs: [Shape], output: Shape)] = []
    for node in nodes {
      var taken: [Shape] = []
      for source in node.inputs {
        switch source {
        case .input(let i): taken.append(inputs[i])
        case .node(let i): taken.append(result[i].output)
        }
      }
      result.append((taken, try node.op.output(taken)))
    }
    return result
  }
}

extension Graph.Node: Hashable {
  public static func == (a: Self, b: Self) -> Bool {
    a.name == b.name && a.inputs == b.inputs && a.sharing == b.sharing
      && AnyHashable(a.op) == AnyHashable(b.op)
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(name)
    hasher.combine(AnyHashable(op))
  }
}

/// An operator that is a graph of others: everything but the graph follows from its parts.
public protocol Composite: Operator {
  func graph(_ inputs: [Shape]) throws(OperatorError) -> Graph
}

extension Composite {
  /// The graph for as many inputs as the operator takes.
  fileprivate func wired(_ inputs: [Shape]) throws(OperatorError) -> Graph {
    guard inputs.count == inputCount else {
      throw OperatorError(
        "\(keyword) takes \(inputCount) input\(inputCount == 1 ? "" : "s"), not \(inputs.count)")
    }
    return try graph(inputs)
  }

  public func outputs(_ inputs: [Shape]) throws(OperatorError) -> [Shape] {
    let graph = try wired(inputs)
    let shapes = try graph.shapes(inputs)
    switch graph.output {
    case .input(let i): return [inputs[i]]
    case .node(let i): return [shapes[i].output]
    }
  }

  /// The weights of all nodes that own theirs, named `node.weight`.
  public func weights(_ inputs: [Shape]) throws(OperatorError) -> [Weight] {
    let graph = try wired(inputs)
    var result: [Weight] = []
    for (node, shapes) in zip(graph.nodes, try graph.shapes(inputs)) where node.sharing == nil {
      result += try node.op.weights(shapes.inputs).map { $0.named("\(node.name).\($0.name)") }
    }
    return result
  }

  /// Sums of the stages; bytes are the compulsory traffic of the whole.
  public func cost(_ inputs: [Shape]) throws(OperatorError) -> Cost {
    var total = Cost()
    for stage in try stages(inputs) {
      total.parameters += stage.cost.parameters
      total.macs += stage.cost.macs
      total.macsInside += stage.cost.macsInside
      total.flops += stage.cost.flops
    }
    let elements = try (inputs + outputs(inputs)).reduce(0) { $0 + $1.count }
    total.bytes = 4 * (elements + total.parameters)
    return total
  }
}

/// One primitive inside a composite.
public struct Stage: Sendable {
  /// Path of node names, joined by dots.
  public let name: String
  public let op: any Operator
  public let inputs: [Shape]
  public let output: Shape
  /// Parameters are zero where the weights are another stage's.
  public let cost: Cost
}

extension Operator {
  /// The primitives of a composite in running order, or the operator itself.
  public func stages(_ inputs: [Shape]) throws(OperatorError) -> [Stage] {
    try stages(inputs, name: "", shared: false)
  }

  private func stages(_ inputs: [Shape], name: String, shared: Bool) throws(OperatorError) -> [Stage] {
    guard let composite = self as? any Composite else {
      var cost = try cost(inputs)
      if shared { cost.parameters = 0 }
      return [
        Stage(
          name: name.isEmpty ? keyword : name, op: self, inputs: inputs, output: try output(inputs),
          cost: cost)
      ]
    }
    let graph = try composite.wired(inputs)
    var result: [Stage] = []
    for (node, shapes) in zip(graph.nodes, try graph.shapes(inputs)) {
      let path = name.isEmpty ? node.name : "\(name).\(node.name)"
      result += try node.op.stages(shapes.inputs, name: path, shared: shared || node.sharing != nil)
    }
    return result
  }
}
