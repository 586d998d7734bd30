import Models
import Operators
import PlainText
import Tensors

/// An operator on inputs, with a name and how often it occurs.
public struct Workload: Sendable {
  /// The name that a suite gives it, else its text.
  public let name: String
  /// How often the network that a suite stands for has this layer.
  public let multiplicity: Int
  /// What is computed: what the text names, or its gradients.
  public let op: any Operator
  /// What the text names.
  public let named: any Operator
  /// Which way through it is taken.
  public let way: Way
  /// The shapes in the text; all inputs follow from them.
  public let shapes: [Shape]
  /// Types of all inputs of what the text names.
  private let namedInputs: [TensorType]
  /// Types of all inputs.
  public let inputs: [TensorType]
  /// Types of all results.
  public let outputs: [TensorType]
  /// Parameters, work and traffic of one call.
  public let cost: Cost

  /// Bytes of a text.
  public static let longest = 4096

  /// The name in messages: one that a suite gives is cut, as users write it.
  public var shownName: String { name == text ? text : name.shown }

  /// `op[:key=value,...]@NxCxHxW[/PASS]`, every key spelt out; several shapes are separated by commas, and a pass follows that
  /// is not the forward one. An operator that no text can name has the same form without a promise to be read again.
  public var text: String { Workload.text(named, shapes, way) }

  /// Which way through it is taken.
  public var pass: Pass { way.pass }

  private static func text(_ op: any Operator, _ shapes: [Shape], _ way: Way) -> String {
    let suffix = way.pass == .forward ? "" : "/\(way.text)"
    return "\(op.text)@\(shapes.map(\.description).joined(separator: ","))\(suffix)"
  }

  /// The same workload taken another way.
  /// - Throws: `UsageError` if it has no such pass, with the part that has none.
  public func with(_ way: Way) throws(UsageError) -> Workload {
    let isOwnName = name == text
    return try Workload(
      named, inputs: namedInputs, shapes, name: isOwnName ? nil : "\(name) \(way.text)",
      multiplicity: multiplicity, way: way)
  }

  /// The same workload on so many images.
  /// - Throws: `UsageError` if the operator cannot take them.
  public func withImages(_ count: Int) throws(UsageError) -> Workload {
    guard let named = named as? any Spelled else {
      throw UsageError("\(shownName): only what a text can name takes other shapes")
    }
    var shapes: [Shape] = []
    for shape in self.shapes {
      let extents = [count] + shape.extents.dropFirst()
      do { shapes.append(try Shape(text: extents.map(String.init).joined(separator: "x"))) } catch {
        throw UsageError("\(shownName): \(error)")
      }
    }
    return try Workload(
      named, shapes, name: name == text ? nil : name, multiplicity: multiplicity, way: way)
  }

  /// Types of the inputs of what the text names, and what of it runs forward and backward in training.
  /// - Throws: `OperatorError`, which names the part that has no gradient.
  public func inTraining() throws(OperatorError) -> (inputs: [TensorType], training: Training) {
    (namedInputs, try Pass.training.training(named, namedInputs))
  }

  /// Elements of all outputs.
  public var outputCount: Int { outputs.reduce(0) { $0 + $1.count } }

  /// No output sums up more terms than these at once: the inputs of a neuron, a plane, or all channels of a pixel.
  package var longestSum: Int {
    get throws(OperatorError) {
      let fans = try op.weights(inputs).map(\.fanIn)
      return (fans + inputs.flatMap { [$0.c, $0.plane] }).max() ?? 1
    }
  }
}

extension Workload {
  /// - Throws: `UsageError` if the operator cannot take the shapes.
  public init(
    _ op: any Spelled, _ shapes: [Shape], name: String? = nil, multiplicity: Int = 1, way: Way = Way(.forward)
  ) throws(UsageError) {
    let inputs: [TensorType]
    do { inputs = try op.inputs(for: shapes) } catch {
      throw UsageError("\(Workload.text(op, shapes, way)): \(error)")
    }
    try self.init(op, inputs: inputs, shapes, name: name, multiplicity: multiplicity, way: way)
  }

  /// The same for one shape.
  public init(
    _ op: any Spelled, _ shape: Shape, name: String? = nil, multiplicity: Int = 1
  ) throws(UsageError) {
    try self.init(op, [shape], name: name, multiplicity: multiplicity)
  }

  /// An operator that need not have a text, such as one from a file.
  /// - Throws: `UsageError` if the operator cannot take the inputs.
  public init(
    _ op: any Operator, inputs: [TensorType], name: String? = nil, multiplicity: Int = 1,
    way: Way = Way(.forward)
  ) throws(UsageError) {
    try self.init(
      op, inputs: inputs, inputs.map(\.shape), name: name, multiplicity: multiplicity, way: way)
  }

  private init(
    _ named: any Operator, inputs namedInputs: [TensorType], _ shapes: [Shape], name: String?,
    multiplicity: Int, way: Way
  ) throws(UsageError) {
    precondition(multiplicity > 0, "multiplicity \(multiplicity) must be positive")
    self.multiplicity = multiplicity
    (self.named, self.namedInputs, self.way, self.shapes) = (named, namedInputs, way, shapes)
    do throws(OperatorError) {
      // Weights first: they tell about groups and reductions in the user's words.
      _ = try named.weights(namedInputs)
      (op, inputs) = try way.pass.run(named, namedInputs, way.optimizer)
      guard op is TrainingStep || way.optimizer == Optimizer() else {
        throw OperatorError("keys of the pass training are for networks, whose weights are updated")
      }
      guard inputs.allSatisfy({ $0.count <= Shape.largestCount }) else {
        throw OperatorError("the shape has more than 2^40 elements")
      }
      outputs = try op.outputs(inputs)
      cost = try op.cost(inputs)
      self.name = name ?? Workload.text(named, shapes, way)
    } catch {
      throw UsageError("\(Workload.text(named, shapes, way)): \(error)")
    }
  }

  /// Reads a workload text.
  public init(
    _ text: some StringProtocol, name: String? = nil, multiplicity: Int = 1
  ) throws(UsageError) {
    guard text.utf8.count <= Workload.longest else {
      throw UsageError(
        "'\(text.shown)' has \(text.utf8.count) bytes; a workload has at most \(Workload.longest)")
    }
    let sides = text.split(separator: "@", omittingEmptySubsequences: false)
    guard sides.count == 2 else {
      throw UsageError("'\(text.shown)' is not a workload; expected operator[:key=value,...]@NxCxHxW")
    }
    let ways = sides[1].split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    let way: Way
    do { way = ways.count < 2 ? Way(.forward) : try Way(text: ways[1]) } catch {
      throw UsageError("\(text.shown): \(error)")
    }
    let op: any Spelled
    do { op = try Modules.parse(sides[0]) } catch { throw UsageError("\(text.shown): \(error)") }
    var shapes: [Shape] = []
    do {
      for part in ways[0].split(separator: ",", omittingEmptySubsequences: false) {
        shapes.append(try Shape(text: part, minimum: type(of: op).smallestExtent))
      }
    } catch { throw UsageError("\(text.shown): \(error)") }
    try self.init(op, shapes, name: name, multiplicity: multiplicity, way: way)
  }
}
