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
  /// What is computed.
  public let op: any Operator
  /// The shapes in the text; all inputs follow from them.
  public let shapes: [Shape]
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

  /// `op[:key=value,...]@NxCxHxW`, every key spelt out; several shapes are separated by commas. An operator that no text
  /// can name has the same form without a promise to be read again.
  public var text: String { Workload.text(op, shapes) }

  private static func text(_ op: any Operator, _ shapes: [Shape]) -> String {
    "\(op.text)@\(shapes.map(\.description).joined(separator: ","))"
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
    _ op: any Spelled, _ shapes: [Shape], name: String? = nil, multiplicity: Int = 1
  ) throws(UsageError) {
    let inputs: [TensorType]
    do { inputs = try op.inputs(for: shapes) } catch {
      throw UsageError("\(Workload.text(op, shapes)): \(error)")
    }
    try self.init(op, inputs: inputs, shapes, name: name, multiplicity: multiplicity)
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
    _ op: any Operator, inputs: [TensorType], name: String? = nil, multiplicity: Int = 1
  ) throws(UsageError) {
    try self.init(op, inputs: inputs, inputs.map(\.shape), name: name, multiplicity: multiplicity)
  }

  private init(
    _ op: any Operator, inputs: [TensorType], _ shapes: [Shape], name: String?, multiplicity: Int
  ) throws(UsageError) {
    precondition(multiplicity > 0, "multiplicity \(multiplicity) must be positive")
    self.multiplicity = multiplicity
    self.op = op
    self.shapes = shapes
    self.inputs = inputs
    do {
      guard inputs.allSatisfy({ $0.count <= Shape.largestCount }) else {
        throw OperatorError("the shape has more than 2^40 elements")
      }
      // Weights first: they tell about groups and reductions in the user's words.
      _ = try op.weights(inputs)
      outputs = try op.outputs(inputs)
      cost = try op.cost(inputs)
      self.name = name ?? Workload.text(op, shapes)
    } catch {
      throw UsageError("\(Workload.text(op, shapes)): \(error)")
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
    let op: any Spelled
    do { op = try Modules.parse(sides[0]) } catch { throw UsageError("\(text.shown): \(error)") }
    var shapes: [Shape] = []
    do {
      for part in sides[1].split(separator: ",", omittingEmptySubsequences: false) {
        shapes.append(try Shape(text: part, minimum: type(of: op).smallestExtent))
      }
    } catch { throw UsageError("\(text.shown): \(error)") }
    try self.init(op, shapes, name: name, multiplicity: multiplicity)
  }
}
