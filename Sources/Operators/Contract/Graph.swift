import Tensors

/// Operators wired to each other, in an order in which they can run.
public struct Graph: Sendable, Hashable {
  /// Where a tensor comes from.
  public enum Source: Sendable, Hashable {
    /// One of the graph's own inputs.
    case input(Int)
    /// An output of a node, the first unless said.
    case node(Int, output: Int = 0)
    /// One of the graph's constants.
    case constant(Int)
    /// A weight of a node that comes before, `conv1.weight`, or one that the graph declares.
    case weight(String)
  }

  /// An operator and what it reads.
  public struct Node: Sendable {
    /// Unique in its graph; names of weights and stages begin with it.
    public let name: String
    /// What the node computes.
    public let op: any Operator
    /// What it reads, one source for each of the operator's inputs.
    public let inputs: [Source]
    /// The node whose weights this one uses, if not its own.
    public let sharing: Int?
    /// Where its weights are among those that the graph declares, if they are not its own: a path, empty for the graph's own.
    public let declared: String?
    /// Factor of seeded weights.
    public let gain: Float
    /// What seeded biases and shifts are spread around.
    public let center: Float
  }

  /// In running order: a node reads only those before it.
  public private(set) var nodes: [Node] = []
  /// Of the nodes, none twice.
  private var names: Set<String> = []
  /// What `.constant` sources name.
  public private(set) var constants: [Constant] = []
  /// Weights that belong to the graph and to none of its nodes.
  public private(set) var weights: [Weight] = []
  /// What the graph gives: the first output of the node that was added last, unless said.
  public var outputs: [Source] = [.input(0)]

  /// The identity of one input.
  public init() {}

  /// Appends a node and returns its first output, which becomes the graph's.
  /// - Parameters:
  ///   - gain: factor of seeded weights, which else keep the variance of what they are applied to.
  ///   - center: what seeded biases and shifts are spread around; without them, the sum of a layer's seeded weights.
  ///   - declared: path of its weights among those that the graph declares; nil where the node has its own.
  /// - Precondition: no node has that name yet; weights are found by the names of their nodes.
  @discardableResult
  public mutating func add(
    _ name: String, _ op: any Operator, _ inputs: Source..., sharing: Source? = nil, gain: Float = 1,
    center: Float = 0, declared: String? = nil
  ) -> Source {
    add(name, op, inputs, sharing: sharing, gain: gain, center: center, declared: declared)
  }

  /// The same for a list of inputs.
  @discardableResult
  public mutating func add(
    _ name: String, _ op: any Operator, _ inputs: [Source], sharing: Source? = nil, gain: Float = 1,
    center: Float = 0, declared: String? = nil
  ) -> Source {
    var owner: Int?
    if case .node(let index, _)? = sharing { owner = index }
    let isNew = names.insert(name).inserted
    precondition(isNew, "the nodes \(texts(named: name)) and \(op.text) of a graph are both named '\(name)'")
    nodes.append(
      Node(
        name: name, op: op, inputs: inputs, sharing: owner, declared: declared, gain: gain, center: center))
    outputs = [.node(nodes.count - 1)]
    return .node(nodes.count - 1)
  }

  private func texts(named name: String) -> String {
    nodes.filter { $0.name == name }.map(\.op.text).joined(separator: ", ")
  }

  /// Values that nodes read.
  public mutating func add(_ constant: Constant) -> Source {
    constants.append(constant)
    return .constant(constants.count - 1)
  }

  /// A learned array that nodes read.
  public mutating func add(_ weight: Weight) -> Source {
    weights.append(weight)
    return .weight(weight.name)
  }
}

extension Graph {
  /// What every node takes and gives.
  public typealias NodeTypes = (inputs: [TensorType], outputs: [TensorType])

  /// Types of every node, in order.
  public func types(_ inputs: [TensorType]) throws(OperatorError) -> [NodeTypes] {
    var result: [NodeTypes] = []
    for node in nodes {
      var taken: [TensorType] = []
      for source in node.inputs { taken.append(try type(of: source, inputs, result)) }
      do { result.append((taken, try node.op.outputs(taken))) } catch {
        throw OperatorError("\(node.name): \(error)")
      }
    }
    return result
  }

  /// What a source holds.
  /// - Parameter nodes: types of the nodes before.
  func type(
    of source: Source, _ inputs: [TensorType], _ nodes: [NodeTypes]
  ) throws(OperatorError) -> TensorType {
    switch source {
    case .input(let i):
      guard inputs.indices.contains(i) else {
        throw OperatorError("the graph reads input \(i) and has \(inputs.count)")
      }
      return inputs[i]
    case .node(let i, let output):
      guard nodes.indices.contains(i), nodes[i].outputs.indices.contains(output) else {
        throw OperatorError("the graph reads output \(output) of node \(i), which is not there yet")
      }
      return nodes[i].outputs[output]
    case .constant(let i):
      guard constants.indices.contains(i) else {
        throw OperatorError("the graph reads constant \(i) and has \(constants.count)")
      }
      return constants[i].type
    case .weight(let name):
      guard let weight = try allWeights(nodes).first(where: { $0.name == name }) else {
        throw OperatorError("the graph reads the weight '\(name)', which no node before has")
      }
      return weight.type
    }
  }

  /// Weights of the graph and of as many nodes as there are types for, named `node.weight`.
  func allWeights(_ types: [NodeTypes]) throws(OperatorError) -> [Weight] {
    var result = weights
    for (node, types) in zip(nodes, types) where node.hasOwnWeights {
      let own = try node.op.weights(types.inputs)
      let hasShift = own.contains { $0.isShift }
      result += own.map { $0.of(node, isAlone: !hasShift) }
    }
    return result
  }
}

extension Graph.Node {
  /// Whether its weights are nobody else's.
  public var hasOwnWeights: Bool { sharing == nil && declared == nil }
}

extension Graph.Node: Hashable {
  public static func == (a: Self, b: Self) -> Bool {
    a.name == b.name && a.inputs == b.inputs && a.sharing == b.sharing && a.declared == b.declared
      && a.gain == b.gain && a.center == b.center
      && AnyHashable(a.op) == AnyHashable(b.op)
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(name)
    hasher.combine(AnyHashable(op))
  }
}
