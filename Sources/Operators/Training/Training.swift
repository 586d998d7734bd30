import Tensors

/// An operator in training: what runs forward, what runs backward, and what the one keeps for the other.
public struct Training: Sendable {
  /// Gives the operator's outputs first, then what is kept besides.
  public let forward: any Operator
  /// Its gradients; nil where none is wanted.
  public let backward: Backward?
  /// What changes the weights that are estimated, where those that are learned have gradients.
  public let statistics: [KeptStatistic]

  /// - Parameters:
  ///   - inputs: types of the operator's inputs.
  ///   - wanted: which gradients are asked for.
  /// - Throws: `OperatorError`, which names the part that has no gradient.
  public init(
    _ op: any Operator, _ inputs: [TensorType], wanted: WantedGradients
  ) throws(OperatorError) {
    if let composite = (op as? any Activated)?.takenApart ?? (op as? any Composite) {
      let graphs = try CompositeGradient(composite, inputs, wanted)
      forward = TrainingForward(composite, graphs.forward)
      backward = graphs.backward.map { Backward(op, wanted, $0) }
      statistics = graphs.statistics
      return
    }
    guard let differentiable = op as? any Differentiable else {
      (forward, backward, statistics) = (op, nil, [])
      if !wanted.isEmpty { throw OperatorError("\(op.keyword) has no gradient") }
      return
    }
    forward = try differentiable.forwardInTraining(inputs)
    let keeper = wanted.weights ? forward as? any StatisticsKeeping : nil
    statistics = try keeper?.statistics(inputs) ?? []
    guard !wanted.isEmpty else {
      backward = nil
      return
    }
    var builder = try GradientBuilder(op, inputs, forward: forward.outputs(inputs), wanted: wanted)
    try differentiable.addGradients(to: &builder)
    backward = Backward(op, wanted, try builder.finished())
  }
}

/// What training runs forward of a composite: its graph, with the parts in their training form and outputs for what the
/// backward pass reads.
public struct TrainingForward: Composite {
  /// What is trained.
  public let op: any Composite
  private let made: Graph

  fileprivate init(_ op: any Composite, _ graph: Graph) { (self.op, made) = (op, graph) }

  /// That of the operator.
  public var keyword: String { op.keyword }
  /// That of the operator.
  public var text: String { op.text }
  /// As the operator has.
  public var inputCount: Int { op.inputCount }
  /// As the operator does.
  public var takesImages: Bool { op.takesImages }
  /// The graph, made for the types that it was made for.
  public func graph(_ inputs: [TensorType]) throws(OperatorError) -> Graph { made }

  public static func == (a: Self, b: Self) -> Bool {
    AnyHashable(a.op) == AnyHashable(b.op) && a.made == b.made
  }
  public func hash(into hasher: inout Hasher) { hasher.combine(AnyHashable(op)) }
}

/// The gradients of an operator.
/// - Shapes: the inputs are the gradients of the operator's outputs, then what it reads of the forward pass; the outputs are
///   the gradients of the wanted inputs, then those of the learned weights.
public struct Backward: Composite {
  /// Whose gradients they are.
  public let op: any Operator
  /// Which they are.
  public let wanted: WantedGradients
  /// How they are computed.
  public let gradient: GradientGraph

  fileprivate init(_ op: any Operator, _ wanted: WantedGradients, _ gradient: GradientGraph) {
    (self.op, self.wanted, self.gradient) = (op, wanted, gradient)
  }

  /// That of the operator.
  public var keyword: String { op.keyword }
  /// That of the operator.
  public var text: String { op.text }
  /// The outputs' gradients and what is kept.
  public var inputCount: Int { gradient.inputs.count }
  /// The gradient's.
  public func graph(_ inputs: [TensorType]) throws(OperatorError) -> Graph { gradient.graph }

  public static func == (a: Self, b: Self) -> Bool {
    AnyHashable(a.op) == AnyHashable(b.op) && a.wanted == b.wanted && a.gradient == b.gradient
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(AnyHashable(op))
    hasher.combine(wanted)
  }

  /// The only node and what it takes, where the gradient is no more than that.
  public var alone: (op: any Operator, inputs: [TensorType])? {
    let graph = gradient.graph
    guard graph.nodes.count == 1, let node = graph.nodes.first, node.inputs.count == gradient.inputs.count,
      Set(node.inputs) == Set(gradient.inputs.indices.map { .input($0) }),
      graph.outputs == graph.outputs.indices.map({ .node(0, output: $0) })
    else { return nil }
    let inputs = node.inputs.map { source in
      if case .input(let i) = source { gradient.inputs[i] } else { gradient.inputs[0] }
    }
    guard (try? node.op.outputs(inputs).count) == graph.outputs.count else { return nil }
    return (node.op as? Backward)?.alone ?? (node.op, inputs)
  }
}

/// Forward and backward of an operator, one after the other.
/// - Shapes: the inputs are those of the operator, then the gradients of its outputs; the outputs are those of the operator,
///   then the gradients of the wanted inputs, then those of the learned weights.
public struct ForwardBackward: Composite {
  /// What is trained.
  public let op: any Operator
  /// Types of the operator's inputs and of the gradients of its outputs.
  public let inputs: [TensorType]
  private let made: Graph

  /// - Throws: `OperatorError`, which names the part that has no gradient.
  public init(
    _ op: any Operator, _ inputs: [TensorType], wanted: WantedGradients
  ) throws(OperatorError) {
    let training = try Training(op, inputs, wanted: wanted)
    let (outputs, weights) = (try op.outputs(inputs), try op.weights(inputs))
    var graph = Graph()
    for weight in weights { _ = graph.add(weight) }
    let forward = graph.add(
      "forward", training.forward, inputs.indices.map { .input($0) }, declared: weights.isEmpty ? nil : "")
    var results = outputs.indices.map { forward.output($0) }
    if let backward = training.backward {
      let kept = backward.gradient.kept.map { value -> Graph.Source in
        switch value {
        case .input(let i): .input(i)
        case .output(let i): forward.output(i)
        }
      }
      let gradients = outputs.indices.map { Graph.Source.input(inputs.count + $0) }
      let node = graph.add("backward", backward, gradients + kept, declared: weights.isEmpty ? nil : "")
      results += backward.gradient.graph.outputs.indices.map { node.output($0) }
    }
    graph.outputs = results
    (self.op, made, self.inputs) = (op, graph, inputs + outputs)
  }

  /// That of the operator.
  public var keyword: String { op.keyword }
  /// That of the operator.
  public var text: String { op.text }
  /// The operator's inputs and the gradients of its outputs.
  public var inputCount: Int { inputs.count }
  /// Nodes `forward` and `backward`.
  public func graph(_ inputs: [TensorType]) throws(OperatorError) -> Graph { made }

  public static func == (a: Self, b: Self) -> Bool {
    AnyHashable(a.op) == AnyHashable(b.op) && a.made == b.made
  }
  public func hash(into hasher: inout Hasher) { hasher.combine(AnyHashable(op)) }
}

extension Graph.Source {
  /// Another output of the node whose output this is.
  func output(_ output: Int) -> Graph.Source {
    guard case .node(let index, _) = self else { preconditionFailure("\(self) is no node") }
    return .node(index, output: output)
  }
}
