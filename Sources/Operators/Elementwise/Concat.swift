import Tensors

/// Joins tensors along the channels. No arithmetic.
public struct Concat: Spelled {
  /// The word in a workload text.
  public static let keyword = "concat"
  /// Two tensors of one shape, and three that differ in their channels.
  public static let examples = ["concat:n=2@1x32x28x28", "concat:n=3@1x32x14x14,1x16x14x14,1x8x14x14"]
  /// Values are copied.
  public var isExactOnIntegers: Bool { true }
  /// How many tensors are joined.
  public var count: Int

  /// - Precondition: `count` is positive.
  public init(_ count: Int) {
    precondition(count > 0, "a concatenation of \(count) tensors")
    self.count = count
  }

  /// Reads `n`, at most 64.
  public init(_ a: inout Attributes) throws(OperatorError) {
    count = try a.int("n", default: 2)
    guard count <= 64 else { throw OperatorError("n=\(count) in concat must be at most 64") }
  }
  /// `n`.
  public var attributes: [Attribute] { [Attribute("n", count)] }
  /// As many as are joined.
  public var inputCount: Int { count }

  /// One shape stands for all inputs.
  public func inputs(for shapes: [Shape]) throws(OperatorError) -> [TensorType] {
    guard shapes.count == 1 else { return try all(shapes).map { TensorType($0) } }
    return Array(repeating: try images([TensorType(shapes[0])], keyword), count: count)
  }

  /// N×(sum of the channels)×H×W.
  /// - Throws: `OperatorError` if anything but the channels differs.
  public func outputs(_ inputs: [TensorType]) throws(OperatorError) -> [TensorType] {
    guard inputs.count == count, let first = inputs.first,
      inputs.allSatisfy({ $0.rank == 4 && $0.n == first.n && $0.h == first.h && $0.w == first.w })
    else {
      throw OperatorError("concat takes \(count) inputs that differ in their channels only")
    }
    try checkNumbers(inputs, keyword)
    return [try numbers([first.n, inputs.reduce(0) { $0 + $1.c }, first.h, first.w])]
  }

  /// No arithmetic; every element is read and written once.
  public func cost(_ inputs: [TensorType]) throws(OperatorError) -> Cost {
    Cost(others: 0, inputs: inputs, weights: [], outputs: try outputs(inputs))
  }
}
