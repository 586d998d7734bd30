import Models
import Operators
import PlainText
import Tensors

/// An operator on an input shape, with a name and how often it occurs.
public struct Workload: Sendable {
  /// The name that a suite gives it, else its text.
  public let name: String
  /// How often the network that a suite stands for has this layer.
  public let multiplicity: Int
  /// What is computed.
  public let op: any Operator
  /// The shape in the text.
  public let shape: Shape
  /// Of all inputs, the first of them that of the text.
  public let inputs: [Shape]
  /// Of the result.
  public let output: Shape
  /// Parameters, work and traffic of one call.
  public let cost: Cost

  /// Bytes of a text.
  public static let longest = 4096

  /// The name in messages: one that a suite gives is cut, as users write it.
  public var shownName: String { name == text ? text : name.shown }

  /// `op[:key=value,...]@NxCxHxW`, every key spelt out.
  public var text: String { "\(op.text)@\(shape)" }

  /// No output sums up more terms than these at once: the inputs of a neuron, a plane, or all channels of a pixel.
  package var longestSum: Int {
    get throws(OperatorError) {
      let fans = try op.weights(inputs).map(\.fanIn)
      return (fans + inputs.flatMap { [$0.c, $0.plane] }).max() ?? 1
    }
  }
}

extension Workload {
  /// - Throws: `UsageError` if the operator cannot take the shape.
  public init(
    _ op: any Operator, _ shape: Shape, name: String? = nil, multiplicity: Int = 1
  ) throws(UsageError) {
    precondition(multiplicity > 0, "multiplicity \(multiplicity) must be positive")
    self.multiplicity = multiplicity
    do {
      guard shape.count <= Shape.largestCount else {
        throw OperatorError("the shape has more than 2^40 elements")
      }
      self.op = op
      self.shape = shape
      inputs = try op.inputs(for: shape)
      // Weights first: they tell about groups and reductions in the user's words.
      _ = try op.weights(inputs)
      output = try op.output(inputs)
      cost = try op.cost(inputs)
      self.name = name ?? "\(op.text)@\(shape)"
    } catch {
      throw UsageError("\(op.text)@\(shape): \(error)")
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
    let op: any Operator
    do { op = try Modules.parse(sides[0]) } catch { throw UsageError("\(text.shown): \(error)") }
    let shape: Shape
    do { shape = try Shape(text: sides[1]) } catch { throw UsageError("\(text.shown): \(error)") }
    try self.init(op, shape, name: name, multiplicity: multiplicity)
  }
}
