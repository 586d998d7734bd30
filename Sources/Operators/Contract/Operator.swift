import Tensors

/// What is computed: types in, types out, weights and cost, without a loop over data.
///
/// Whoever can also be written in a workload text is `Spelled`; operators that come from files need not be.
public protocol Operator: Sendable, Hashable {
  /// What kind of operator it is, in a word: `conv`, `resnet50+cbam`.
  var keyword: String { get }

  /// What rows and messages call it: `conv:out=64,k=3`, or the keyword.
  var text: String { get }

  /// Whether integer inputs and weights give integers, which `Float` holds exactly while they stay below 2²⁴.
  var isExactOnIntegers: Bool { get }

  /// Number of input tensors.
  var inputCount: Int { get }

  /// What each output is, for inputs of these types.
  func outputs(_ inputs: [TensorType]) throws(OperatorError) -> [TensorType]

  /// All arrays that were learned or estimated in training.
  func weights(_ inputs: [TensorType]) throws(OperatorError) -> [Weight]

  /// What it costs on inputs of these types.
  func cost(_ inputs: [TensorType]) throws(OperatorError) -> Cost

  /// What an input must hold to be worth measuring.
  func content(ofInput index: Int, _ inputs: [TensorType]) -> InputContent
}

extension Operator {
  /// The keyword, for operators that no text spells.
  public var text: String { keyword }
  /// One, unless the operator says otherwise.
  public var inputCount: Int { 1 }
  /// False, the careful answer.
  public var isExactOnIntegers: Bool { false }
  /// None, as for most operators that are not layers.
  public func weights(_ inputs: [TensorType]) throws(OperatorError) -> [Weight] { [] }
  /// Dense numbers, unless the operator asks for something else.
  public func content(ofInput index: Int, _ inputs: [TensorType]) -> InputContent { .dense }

  /// The only output.
  /// - Precondition: there is one.
  public func output(_ inputs: [TensorType]) throws(OperatorError) -> TensorType {
    let outputs = try outputs(inputs)
    precondition(outputs.count == 1, "\(text) has \(outputs.count) outputs, not one")
    return outputs[0]
  }
}

/// What an input holds, beyond its type.
public enum InputContent: Sendable, Hashable {
  /// Numbers of both signs; for integers and truth values, any.
  case dense
  /// Rows of x₁, y₁, x₂, y₂ with x₁ ≤ x₂ and y₁ ≤ y₂ in an image of these extents; with five columns the index of one of
  /// `images` images stands before them.
  case boxes(height: Int, width: Int, images: Int)
  /// Whole numbers from 0 to below this one.
  case indices(below: Int)
  /// Numbers above 0, as variances are.
  case positive
  /// Where to sample: x and y from −1 to 1, some a little outside.
  case samplingGrid
}

/// What is wrong with an operator or its input: found and expected, without the place.
public struct OperatorError: Error, Equatable, CustomStringConvertible {
  /// One sentence without the place.
  public let description: String

  /// - Parameter description: one sentence with found and expected; the caller adds the place.
  public init(_ description: String) { self.description = description }
}
