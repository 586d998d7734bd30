import Tensors

/// An operator that passes gradients on.
///
/// What training runs forward may be another operator than what inference runs: it gives the same outputs first and may give
/// more, which the backward pass reads.
public protocol Differentiable: Operator {
  /// What training runs forward on inputs of these types: the operator itself, unless it says otherwise.
  func forwardInTraining(_ inputs: [TensorType]) throws(OperatorError) -> any Operator

  /// Adds what computes the gradients that are wanted.
  func addGradients(to gradients: inout GradientBuilder) throws(OperatorError)
}

extension Differentiable {
  /// The operator itself.
  public func forwardInTraining(_ inputs: [TensorType]) throws(OperatorError) -> any Operator { self }
}

/// What training runs forward of an operator that estimates some of its weights.
public protocol StatisticsKeeping: Operator {
  /// What of a batch the estimates are changed by.
  func statistics(_ inputs: [TensorType]) throws(OperatorError) -> [KeptStatistic]
}

/// An output of what training runs forward that a weight, which is estimated and not learned, is changed by.
public struct KeptStatistic: Sendable, Hashable {
  /// The weight's name.
  public let weight: String
  /// Number of the output.
  public let output: Int
  /// How it is changed.
  public let update: RunningStatistics.Update

  /// - Parameters:
  ///   - weight: the weight's name.
  ///   - output: number of the output.
  public init(weight: String, output: Int, _ update: RunningStatistics.Update) {
    (self.weight, self.output, self.update) = (weight, output, update)
  }
}

/// Which gradients are asked for.
public struct WantedGradients: Sendable, Hashable {
  /// Inputs by number.
  public var inputs: Set<Int>
  /// Whether those of all learned weights are.
  public var weights: Bool

  /// - Parameters:
  ///   - inputs: numbers of inputs.
  ///   - weights: whether the gradients of all learned weights are wanted.
  public init(inputs: Set<Int>, weights: Bool) {
    self.inputs = inputs
    self.weights = weights
  }

  var isEmpty: Bool { inputs.isEmpty && !weights }
}

/// What a backward pass reads of the forward pass.
public enum KeptValue: Sendable, Hashable {
  /// An input of the operator.
  case input(Int)
  /// An output of what training runs forward.
  case output(Int)
}

/// The graph that computes gradients of one operator. Its inputs are the gradients of the operator's outputs, then what it
/// reads of the forward pass; its outputs are the gradients of the wanted inputs, by number, then those of the learned
/// weights, in the operator's order.
public struct GradientGraph: Sendable, Hashable {
  /// Nodes, and the weights that they read.
  public let graph: Graph
  /// Types of the graph's inputs.
  public let inputs: [TensorType]
  /// What the inputs after the outputs' gradients are.
  public let kept: [KeptValue]
}

/// Collects the nodes of a gradient.
public struct GradientBuilder {
  /// Types of the operator's inputs.
  public let inputs: [TensorType]
  /// Types of the operator's outputs.
  public let outputs: [TensorType]
  /// What is asked for.
  public let wanted: WantedGradients
  /// Types of what training runs forward gives.
  let forward: [TensorType]
  /// All of the operator.
  let weights: [Weight]

  private var graph = Graph()
  private var kept: [KeptValue] = []
  private var ofInputs: [Int: Graph.Source] = [:]
  private var ofWeights: [String: Graph.Source] = [:]
  private let keyword: String

  init(
    _ op: any Operator, _ inputs: [TensorType], forward: [TensorType], wanted: WantedGradients
  ) throws(OperatorError) {
    (self.inputs, self.forward, self.wanted) = (inputs, forward, wanted)
    outputs = try op.outputs(inputs)
    weights = try op.weights(inputs)
    keyword = op.keyword
  }

  /// Whether the gradient of an input is asked for.
  public func wants(_ input: Int) -> Bool { wanted.inputs.contains(input) }

  /// The gradient of an output.
  public func gradient(ofOutput output: Int = 0) -> Graph.Source { .input(output) }

  /// A value of the forward pass, which then has to be kept until the gradient is computed.
  public mutating func keep(_ value: KeptValue) -> Graph.Source {
    if let index = kept.firstIndex(of: value) { return .input(outputs.count + index) }
    kept.append(value)
    return .input(outputs.count + kept.count - 1)
  }

  /// Adds a node and returns its first output.
  /// - Parameter weights: names of the operator's weights that the node has.
  public mutating func add(
    _ name: String, _ op: any Operator, _ inputs: Graph.Source..., weights: String...
  ) -> Graph.Source {
    for name in weights { _ = weight(name) }
    return graph.add(name, op, inputs, declared: weights.isEmpty ? nil : "")
  }

  /// A weight of the operator as a value.
  /// - Precondition: the operator has a weight of that name.
  public mutating func weight(_ name: String) -> Graph.Source {
    guard let weight = weights.first(where: { $0.name == name }) else {
      preconditionFailure("\(keyword) has no weight '\(name)'; it has \(weights.map(\.name))")
    }
    return graph.weights.contains { $0.name == name } ? .weight(name) : graph.add(weight)
  }

  /// States the gradient of an input.
  public mutating func give(input: Int, _ source: Graph.Source) { ofInputs[input] = source }

  /// States the gradient of a weight.
  public mutating func give(weight: String, _ source: Graph.Source) { ofWeights[weight] = source }

  /// - Throws: `OperatorError` if a gradient that is wanted was not given.
  func finished() throws(OperatorError) -> GradientGraph {
    var (result, given) = (graph, [Graph.Source]())
    for input in wanted.inputs.sorted() {
      guard let source = ofInputs[input] else {
        throw OperatorError("\(keyword) has no gradient for input \(input)")
      }
      given.append(source)
    }
    for weight in weights where wanted.weights && weight.isLearned {
      guard let source = ofWeights[weight.name] else {
        throw OperatorError("\(keyword) has no gradient for its weight '\(weight.name)'")
      }
      given.append(source)
    }
    result.outputs = given
    var types = outputs
    for value in kept { types.append(type(of: value)) }
    return GradientGraph(graph: result, inputs: types, kept: kept)
  }

  private func type(of value: KeptValue) -> TensorType {
    switch value {
    case .input(let i): inputs[i]
    case .output(let i): forward[i]
    }
  }
}
