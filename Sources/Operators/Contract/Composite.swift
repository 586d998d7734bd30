import Tensors

/// An operator that is a graph of others: everything but the graph follows from its parts.
public protocol Composite: Operator {
  /// Whether it takes one input, N×C×H×W in single precision, and nothing else: others are then refused in one sentence
  /// before the graph is asked for.
  var takesImages: Bool { get }

  /// Whether its results are meant to become its weights: kernels then make anew in each call what they have made of weights.
  var changesWeights: Bool { get }

  /// The parts and how they are wired, for inputs of these types: as many as it takes.
  func graph(_ inputs: [TensorType]) throws(OperatorError) -> Graph
}

extension Composite {
  /// False: the graph, or its nodes, say what they take.
  public var takesImages: Bool { false }

  /// False, as for most.
  public var changesWeights: Bool { false }

  /// The graph for as many inputs as the operator takes.
  func wired(_ inputs: [TensorType]) throws(OperatorError) -> Graph {
    guard inputs.count == inputCount else {
      throw OperatorError(
        "\(keyword) takes \(inputCount) input\(inputCount == 1 ? "" : "s"), not \(inputs.count)")
    }
    if takesImages { _ = try images(inputs, keyword) }
    return try graph(inputs)
  }

  /// Types of the graph's outputs, in their order.
  public func outputs(_ inputs: [TensorType]) throws(OperatorError) -> [TensorType] {
    let graph = try wired(inputs)
    let types = try graph.types(inputs)
    var result: [TensorType] = []
    for source in graph.outputs { result.append(try graph.type(of: source, inputs, types)) }
    return result
  }

  /// The graph's weights and those of all nodes that own theirs, named `node.weight`.
  /// - Throws: `OperatorError` if two have one name, as those of a node `a.b` and of a node `b` inside a node `a` may.
  public func weights(_ inputs: [TensorType]) throws(OperatorError) -> [Weight] {
    let graph = try wired(inputs)
    let weights = try graph.allWeights(graph.types(inputs))
    var names: Set<String> = []
    for weight in weights where !names.insert(weight.name).inserted {
      throw OperatorError("\(keyword) has two weights named '\(weight.name)'; each needs a name of its own")
    }
    return weights
  }

  /// What the first node says that reads it and cannot take just any numbers.
  public func content(ofInput index: Int, _ inputs: [TensorType]) -> InputContent {
    guard let graph = try? wired(inputs), let types = try? graph.types(inputs) else { return .dense }
    for (node, types) in zip(graph.nodes, types) {
      for (place, source) in node.inputs.enumerated() where source == .input(index) {
        let content = node.op.content(ofInput: place, types.inputs)
        if content != .dense { return content }
      }
    }
    return .dense
  }

  /// Sums of the stages and of the graph's own weights; bytes are the compulsory traffic of the whole.
  public func cost(_ inputs: [TensorType]) throws(OperatorError) -> Cost {
    var total = Cost()
    let stages = try stages(inputs)
    for stage in stages { try total.add(stage.cost) }
    total.parameters = try sum([total.parameters, stages.declaredParameters])
    let traffic = try (inputs + outputs(inputs)).map(\.bytes)
    total.bytes = try sum(traffic + [product([ElementType.float32.bytes, total.parameters])])
    return total
  }
}
