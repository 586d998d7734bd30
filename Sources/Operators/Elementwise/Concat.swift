import Tensors

/// Joins tensors along the channels. No arithmetic.
public struct Concat: Spelled {
  public static let keyword = "concat"
  public static let examples = ["concat:n=2@1x32x28x28", "concat:n=3@1x32x14x14,1x16x14x14,1x8x14x14"]
  public var isExactOnIntegers: Bool { true }
  public var count: Int

  public init(_ count: Int) {
    precondition(count > 0, "a concatenation of \(count) tensors")
    self.count = count
  }

  public init(_ a: inout Attributes) throws(OperatorError) {
    count = try a.int("n", default: 2)
    guard count <= 64 else { throw OperatorError("n=\(count) in concat must be at most 64") }
  }
  public var attributes: [Attribute] { [Attribute("n", count)] }
  public var inputCount: Int { count }

  public func inputs(for shapes: [Shape]) throws(OperatorError) -> [TensorType] {
    guard shapes.count == 1 else { return try all(shapes).map { TensorType($0) } }
    return Array(repeating: try images([TensorType(shapes[0])], keyword), count: count)
  }

  public func outputs(_ inputs: [TensorType]) throws(OperatorError) -> [TensorType] {
    guard inputs.count == count, let first = inputs.first,
      inputs.allSatisfy({ $0.rank == 4 && $0.n == first.n && $0.h == first.h && $0.w == first.w })
    else {
      throw OperatorError("concat takes \(count) inputs that differ in their channels only")
    }
    try checkNumbers(inputs, keyword)
    return [try numbers([first.n, inputs.reduce(0) { $0 + $1.c }, first.h, first.w])]
  }

  public func cost(_ inputs: [TensorType]) throws(OperatorError) -> Cost {
    Cost(others: 0, inputs: inputs, weights: [], outputs: try outputs(inputs))
  }
}
