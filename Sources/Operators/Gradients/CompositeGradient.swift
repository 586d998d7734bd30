import Tensors

/// The gradient of a composite by those of its parts: reverse-mode differentiation of its graph.
///
/// The gradients of a value that several nodes read are added up, one as soon as it is there; so are those of a weight that
/// several nodes have.
/// - Source: Griewank & Walther, "Evaluating Derivatives", 2nd edition 2008, section 3.2.
struct CompositeGradient {
  /// The composite's graph in training, whose further outputs are what is kept.
  let forward: Graph
  /// Nil where no gradient is wanted.
  private(set) var backward: GradientGraph?
  /// Further outputs of the forward graph, by the weights that they change.
  let statistics: [KeptStatistic]

  init(
    _ op: any Composite, _ inputs: [TensorType], _ wanted: WantedGradients
  ) throws(OperatorError) {
    let graph = try op.wired(inputs)
    let types = try graph.types(inputs)
    let parts = try CompositeGradient.parts(graph, types, inputs, wanted)
    var sweep = try ReverseSweep(graph, types, inputs, op, parts)
    if !wanted.isEmpty { backward = try sweep.gradient(wanted) }
    statistics = wanted.weights ? sweep.statistics() : []
    forward = CompositeGradient.forward(graph, parts, keeping: sweep.kept)
  }

  /// The parts in training, each with the gradients that lead to those that are wanted.
  private static func parts(
    _ graph: Graph, _ types: [Graph.NodeTypes], _ inputs: [TensorType], _ wanted: WantedGradients
  ) throws(OperatorError) -> [Training] {
    var parts: [Training] = []
    for (node, types) in zip(graph.nodes, types) {
      var own = WantedGradients(inputs: [], weights: false)
      for (place, source) in node.inputs.enumerated() where types.inputs[place].element == .float32 {
        let leads =
          switch source {
          case .input(let i): wanted.inputs.contains(i)
          case .node(let i, _): parts[i].backward != nil
          case .weight: wanted.weights
          case .constant: false
          }
        if leads { own.inputs.insert(place) }
      }
      if wanted.weights { own.weights = try node.op.weights(types.inputs).contains { $0.isLearned } }
      do throws(OperatorError) { parts.append(try Training(node.op, types.inputs, wanted: own)) } catch {
        throw OperatorError("\(node.name): \(error)")
      }
    }
    return parts
  }

  private static func forward(_ graph: Graph, _ parts: [Training], keeping kept: [Graph.Source]) -> Graph {
    var result = Graph()
    for constant in graph.constants { _ = result.add(constant) }
    for weight in graph.weights { _ = result.add(weight) }
    for (node, part) in zip(graph.nodes, parts) {
      result.add(
        node.name, part.forward, node.inputs, sharing: node.sharing.map { .node($0) }, gain: node.gain,
        center: node.center, declared: node.declared)
    }
    result.outputs = graph.outputs + kept
    return result
  }
}

/// From the outputs of a graph back to its inputs and weights.
private struct ReverseSweep {
  private let graph: Graph
  private let types: [Graph.NodeTypes]
  private let inputs: [TensorType]
  private let op: any Composite
  private let parts: [Training]
  /// Of the graph and its nodes.
  private let weights: [Weight]

  private var result = Graph()
  /// The gradient of each value so far.
  private var gradients: [Graph.Source: Graph.Source] = [:]
  /// What the backward graph reads after the outputs' gradients.
  private var values: [KeptValue] = []
  /// Values inside the graph that are kept.
  private(set) var kept: [Graph.Source] = []

  init(
    _ graph: Graph, _ types: [Graph.NodeTypes], _ inputs: [TensorType], _ op: any Composite,
    _ parts: [Training]
  ) throws(OperatorError) {
    (self.graph, self.types, self.inputs, self.op, self.parts) = (graph, types, inputs, op, parts)
    weights = try graph.allWeights(types)
    for constant in graph.constants { _ = result.add(constant) }
  }

  mutating func gradient(_ wanted: WantedGradients) throws(OperatorError) -> GradientGraph {
    for (index, source) in graph.outputs.enumerated() { accumulate(.input(index), for: source, "output") }
    for index in graph.nodes.indices.reversed() { try step(index) }
    var outputs: [Graph.Source] = []
    for input in wanted.inputs.sorted() {
      outputs.append(try found(.input(input), "input \(input)"))
    }
    for weight in try op.weights(inputs) where wanted.weights && weight.isLearned {
      outputs.append(try found(.weight(weight.name), "the weight '\(weight.name)'"))
    }
    result.outputs = outputs
    return GradientGraph(graph: result, inputs: try op.outputs(inputs) + keptTypes(), kept: values)
  }

  /// What the parts keep of a batch, by the names of the whole's weights.
  mutating func statistics() -> [KeptStatistic] {
    var result: [KeptStatistic] = []
    for (index, node) in graph.nodes.enumerated() {
      for statistic in parts[index].statistics {
        let source = Graph.Source.node(index, output: statistic.output)
        result.append(
          KeptStatistic(
            weight: below(owner(of: node), statistic.weight), output: output(source), statistic.update))
      }
    }
    return result
  }

  /// The path of a node's weights.
  private func owner(of node: Graph.Node) -> String {
    node.declared ?? node.sharing.map { graph.nodes[$0].name } ?? node.name
  }

  /// Which of the forward graph's outputs a value is; a further one, if it was none.
  private mutating func output(_ source: Graph.Source) -> Int {
    if let output = graph.outputs.firstIndex(of: source) { return output }
    if !kept.contains(source) { kept.append(source) }
    return graph.outputs.count + (kept.firstIndex(of: source) ?? 0)
  }

  private func found(_ value: Graph.Source, _ name: String) throws(OperatorError) -> Graph.Source {
    guard let source = gradients[value] else {
      throw OperatorError("no gradient reaches \(name) of \(op.keyword)")
    }
    return source
  }

  /// The gradients of what a node reads and has, from those of what it gives.
  private mutating func step(_ index: Int) throws(OperatorError) {
    let (node, outputs) = (graph.nodes[index], types[index].outputs)
    guard let backward = parts[index].backward else { return }
    let arrived = outputs.indices.map { gradients[.node(index, output: $0)] }
    guard arrived.contains(where: { $0 != nil }) else { return }
    var reads: [Graph.Source] = []
    for (output, source) in arrived.enumerated() {
      guard let source else {
        throw OperatorError(
          "\(node.name): output \(output) has no gradient, the others have; expected all or none")
      }
      reads.append(source)
    }
    for value in backward.gradient.kept {
      switch value {
      case .input(let i): reads.append(keep(node.inputs[i]))
      case .output(let i): reads.append(keep(.node(index, output: i)))
      }
    }
    let owner = owner(of: node)
    let read = backward.gradient.graph.weights
    for weight in read { declare(below(owner, weight.name)) }
    let added = result.add(node.name, backward, reads, declared: read.isEmpty ? nil : owner)
    try distribute(added, of: index, owner, backward)
  }

  /// A weight of the forward graph, or of one of its nodes, as the backward graph's own.
  private mutating func declare(_ name: String) {
    guard !result.weights.contains(where: { $0.name == name }),
      let weight = weights.first(where: { $0.name == name })
    else { return }
    _ = result.add(weight)
  }

  /// Adds a node's results to the gradients of what they belong to.
  private mutating func distribute(
    _ added: Graph.Source, of index: Int, _ owner: String, _ backward: Backward
  ) throws(OperatorError) {
    let node = graph.nodes[index]
    var output = 0
    func next() -> Graph.Source {
      defer { output += 1 }
      return added.output(output)
    }
    for input in backward.wanted.inputs.sorted() {
      accumulate(next(), for: node.inputs[input], node.name)
    }
    for weight in try node.op.weights(types[index].inputs) where backward.wanted.weights && weight.isLearned {
      accumulate(next(), for: .weight(below(owner, weight.name)), node.name)
    }
  }

  private mutating func accumulate(_ gradient: Graph.Source, for value: Graph.Source, _ name: String) {
    guard let before = gradients[value] else {
      gradients[value] = gradient
      return
    }
    gradients[value] = result.add("\(text(value))+\(name)", Add(), before, gradient)
  }

  private func text(_ value: Graph.Source) -> String {
    switch value {
    case .input(let i): i == 0 ? "input" : "input\(i)"
    case .node(let i, let output): graph.nodes[i].name + (output == 0 ? "" : ":\(output)")
    case .constant(let i): "constant\(i)"
    case .weight(let name): name
    }
  }

  /// A value of the forward graph in the backward graph.
  private mutating func keep(_ source: Graph.Source) -> Graph.Source {
    let value: KeptValue
    switch source {
    case .constant: return source
    case .weight(let name):
      declare(name)
      return source
    case .input(let i): value = .input(i)
    case .node:
      value = .output(output(source))
    }
    if !values.contains(value) { values.append(value) }
    return .input(graph.outputs.count + (values.firstIndex(of: value) ?? 0))
  }

  private func keptTypes() throws(OperatorError) -> [TensorType] {
    var result: [TensorType] = []
    for value in values {
      switch value {
      case .input(let i): result.append(inputs[i])
      case .output(let i):
        let source = i < graph.outputs.count ? graph.outputs[i] : kept[i - graph.outputs.count]
        result.append(try type(of: source))
      }
    }
    return result
  }

  /// Outputs of the training form, which may be more than the operator's.
  private func type(of source: Graph.Source) throws(OperatorError) -> TensorType {
    guard case .node(let i, let output) = source else { return try graph.type(of: source, inputs, types) }
    return try parts[i].forward.outputs(types[i].inputs)[output]
  }
}
