import Tensors

/// Element-wise sum of two tensors of one shape. One addition per element.
public struct Add: Spelled {
  public static let keyword = "add"
  public static let examples = ["add@1x64x28x28"]
  public var isExactOnIntegers: Bool { true }
  public init() {}
  public init(_ a: inout Attributes) throws(OperatorError) {}
  public var attributes: [Attribute] { [] }
  public var inputCount: Int { 2 }

  public func inputs(for shapes: [Shape]) throws(OperatorError) -> [TensorType] {
    try (shapes.count == 1 ? [shapes[0], shapes[0]] : all(shapes)).map { TensorType($0) }
  }

  public func outputs(_ inputs: [TensorType]) throws(OperatorError) -> [TensorType] {
    guard inputs.count == 2, inputs[0] == inputs[1] else {
      throw OperatorError(
        "add takes 2 inputs of one shape, not \(inputs.map(\.description).joined(separator: " and "))")
    }
    try checkNumbers(inputs, keyword)
    return [inputs[0]]
  }

  public func cost(_ inputs: [TensorType]) throws(OperatorError) -> Cost {
    Cost(others: inputs[0].count, inputs: inputs, weights: [], outputs: try outputs(inputs))
  }
}
