import Tensors

/// Element-wise sum of two tensors of one shape. One addition per element.
public struct Add: Spelled {
  /// The word in a workload text.
  public static let keyword = "add"
  /// Two tensors of 64 planes of 28×28.
  public static let examples = ["add@1x64x28x28"]
  /// A sum of two integers is one.
  public var isExactOnIntegers: Bool { true }
  /// It has no parameters.
  public init() {}
  /// Reads nothing: it has no keys.
  public init(_ a: inout Attributes) throws(OperatorError) {}
  /// None.
  public var attributes: [Attribute] { [] }
  /// Two terms.
  public var inputCount: Int { 2 }

  /// One shape stands for both terms.
  public func inputs(for shapes: [Shape]) throws(OperatorError) -> [TensorType] {
    try (shapes.count == 1 ? [shapes[0], shapes[0]] : all(shapes)).map { TensorType($0) }
  }

  /// The type of both inputs, of any rank.
  /// - Throws: `OperatorError` if they differ.
  public func outputs(_ inputs: [TensorType]) throws(OperatorError) -> [TensorType] {
    guard inputs.count == 2, inputs[0] == inputs[1] else {
      throw OperatorError(
        "add takes 2 inputs of one shape, not \(inputs.map(\.description).joined(separator: " and "))")
    }
    try checkNumbers(inputs, keyword)
    return [inputs[0]]
  }

  /// One addition for each element.
  public func cost(_ inputs: [TensorType]) throws(OperatorError) -> Cost {
    Cost(others: inputs[0].count, inputs: inputs, weights: [], outputs: try outputs(inputs))
  }
}
