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
    /// Factor of seeded weights.
    public let gain: Float
    /// What seeded biases and shifts are spread around.
    public let center: Float
  }

  public private(set) var nodes: [Node] = []
  public var output: Source = .input(0)

  public init() {}

  /// Appends a node and returns its output, which becomes the graph's.
  /// - Parameters:
  ///   - gain: factor of seeded weights, which else keep the variance of what they are applied to.
  ///   - center: what seeded biases and shifts are spread around; without them, the sum of a layer's seeded weights.
  @discardableResult
  public mutating func add(
    _ name: String, _ op: any Operator, _ inputs: Source..., sharing: Source? = nil, gain: Float = 1,
    center: Float = 0
  ) -> Source {
    add(name, op, inputs, sharing: sharing, gain: gain, center: center)
  }

  @discardableResult
  public mutating func add(
    _ name: String, _ op: any Operator, _ inputs: [Source], sharing: Source? = nil, gain: Float = 1,
    center: Float = 0
  ) -> Source {
    var owner: Int?
    if case .node(let index)? = sharing { owner = index }
    nodes.append(Node(name: name, op: op, inputs: inputs, sharing: owner, gain: gain, center: center))
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
      do { result.append((taken, try node.op.output(taken))) } catch {
        throw OperatorError("\(node.name): \(error)")
      }
    }
    return result
  }
}

extension Graph.Node: Hashable {
  public static func == (a: Self, b: Self) -> Bool {
    a.name == b.name && a.inputs == b.inputs && a.sharing == b.sharing && a.gain == b.gain
      && a.center == b.center
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
  func wired(_ inputs: [Shape]) throws(OperatorError) -> Graph {
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
      let own = try node.op.weights(shapes.inputs)
      let hasShift = own.contains { $0.isShift }
      result += own.map { $0.of(node, isAlone: !hasShift) }
    }
    return result
  }

  /// Sums of the stages; bytes are the compulsory traffic of the whole.
  public func cost(_ inputs: [Shape]) throws(OperatorError) -> Cost {
    var total = Cost()
    for stage in try stages(inputs) { try total.add(stage.cost) }
    let elements = try sum((inputs + outputs(inputs)).map(\.count) + [total.parameters])
    total.bytes = try product([4, elements])
    return total
  }
}
