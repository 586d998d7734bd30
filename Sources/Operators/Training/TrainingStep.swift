import Tensors

/// A step of training a classifier: forward, loss, backward and update.
/// - Shapes: inputs are the operator's, then an int64 label for each image; outputs are the loss, then the weights after the step,
///   then the velocities of those that are learned.
/// - Weights: the operator's, and with momentum a `velocity.NAME` for each that is learned. Whoever repeats the step puts the
///   outputs in their places, so that all that a kernel has made of weights is made anew in each call.
public struct TrainingStep: Composite {
  /// What is trained.
  public let op: any Operator
  /// How.
  public let optimizer: Optimizer
  /// Types of its inputs.
  public let inputs: [TensorType]
  /// Names of the weights that the outputs after the loss are new values of.
  public let updated: [String]
  private let made: Graph

  /// - Parameter inputs: types of the operator's inputs.
  /// - Throws: `OperatorError`, which names the part that has no gradient, or says that the operator gives no logits.
  public init(
    _ op: any Operator, _ inputs: [TensorType], _ optimizer: Optimizer
  ) throws(OperatorError) {
    let training = try Training(op, inputs, wanted: WantedGradients(inputs: [], weights: true))
    guard let backward = training.backward else {
      throw OperatorError("\(op.keyword) has no weights to train")
    }
    let logits = try op.outputs(inputs)
    guard logits.count == 1, logits[0].rank == 2 else {
      throw OperatorError(
        "\(op.keyword) gives \(logits.map(\.description).joined(separator: ", ")), not logits N×C")
    }
    let labels = TensorType(Shape(logits[0].n), .int64)
    var graph = StepGraph(try op.weights(inputs), optimizer)
    let forward = graph.add("forward", training.forward, inputs.indices.map { .input($0) })
    let loss = graph.add("loss", CrossEntropy(), [forward, .input(inputs.count)])
    let one = graph.one()
    let slope = graph.add("loss-gradient", CrossEntropyGradient(), [forward, .input(inputs.count), one])
    let kept = backward.gradient.kept.map { value -> Graph.Source in
      switch value {
      case .input(let i): .input(i)
      case .output(let i): forward.output(i)
      }
    }
    let gradients = graph.add("backward", backward, [slope] + kept)
    graph.update(gradients)
    graph.update(training.statistics, forward)
    (self.op, self.optimizer, self.inputs) = (op, optimizer, inputs + [labels])
    (made, updated) = graph.finished(loss)
  }

  /// That of the operator.
  public var keyword: String { op.keyword }
  /// That of the operator.
  public var text: String { op.text }
  /// The operator's inputs and labels.
  public var inputCount: Int { inputs.count }
  /// True: outputs are to become weights.
  public var changesWeights: Bool { true }
  /// Nodes `forward`, `loss`, `loss-gradient`, `backward`, `update` and, where there are batch norms, `statistics`.
  public func graph(_ inputs: [TensorType]) throws(OperatorError) -> Graph { made }

  public static func == (a: Self, b: Self) -> Bool {
    AnyHashable(a.op) == AnyHashable(b.op) && a.optimizer == b.optimizer && a.made == b.made
  }
  public func hash(into hasher: inout Hasher) { hasher.combine(AnyHashable(op)) }
}

/// The graph of a step, and what becomes of its outputs.
private struct StepGraph {
  private var graph = Graph()
  private let weights: [Weight]
  private let optimizer: Optimizer
  private var outputs: [Graph.Source] = []
  private var updated: [String] = []

  init(_ weights: [Weight], _ optimizer: Optimizer) {
    (self.weights, self.optimizer) = (weights, optimizer)
    for weight in weights { _ = graph.add(weight) }
    guard optimizer.hasVelocity else { return }
    for weight in weights where weight.isLearned { _ = graph.add(weight.velocity) }
  }

  mutating func add(_ name: String, _ op: any Operator, _ inputs: [Graph.Source]) -> Graph.Source {
    graph.add(name, op, inputs, declared: "")
  }

  /// The gradient of the loss by itself.
  mutating func one() -> Graph.Source { graph.add(Constant(Shape(1), .float32([1]))) }

  /// Of all that are learned, whose gradients are a node's outputs.
  mutating func update(_ gradients: Graph.Source) {
    let learned = weights.filter(\.isLearned)
    let velocities = optimizer.hasVelocity ? learned.map(\.velocity.name) : []
    let names = learned.map(\.name)
    let reads =
      names.map { Graph.Source.weight($0) } + names.indices.map { gradients.output($0) }
      + velocities.map { .weight($0) }
    give(names + velocities, add("update", SGD(optimizer, count: names.count), reads))
  }

  /// Of batch norms, after what the forward pass found.
  mutating func update(_ statistics: [KeptStatistic], _ forward: Graph.Source) {
    guard !statistics.isEmpty else { return }
    let names = statistics.map(\.weight)
    let reads = names.map { Graph.Source.weight($0) } + statistics.map { forward.output($0.output) }
    give(names, add("statistics", RunningStatistics(statistics.map(\.update)), reads))
  }

  private mutating func give(_ names: [String], _ node: Graph.Source) {
    outputs += names.indices.map { node.output($0) }
    updated += names
  }

  func finished(_ loss: Graph.Source) -> (graph: Graph, updated: [String]) {
    var result = graph
    result.outputs = [loss] + outputs
    return (result, updated)
  }
}

extension Weight {
  /// What momentum keeps of it.
  fileprivate var velocity: Weight { Weight("velocity.\(name)", shape, .velocity, gain: 0.01) }
}
