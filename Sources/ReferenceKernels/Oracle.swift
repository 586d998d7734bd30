import Kernels
import Models
import Operators
import Tensors

/// The formulas in `Double` with error bounds: what every other kernel must agree with.
public struct Oracle {
  private let values: Tensor<Double>
  private let bounds: Tensor<Double>

  /// Computes the formula once, on all CPUs.
  /// - Parameters:
  ///   - inputs: as many as the operator takes.
  ///   - weights: by the operator's names.
  /// - Throws: `OperatorError` if the operator cannot take them, `MemoryError` if memory is short.
  public init(_ op: any Operator, _ inputs: [Tensor<Float>], weights: Weights<Float>) throws {
    (values, bounds) =
      op is Network
      ? try Oracle.compute(Likely.self, op, inputs, weights)
      : try Oracle.compute(Bounded.self, op, inputs, weights)
  }

  private static func compute<A: Exact>(
    _ number: A.Type, _ op: any Operator, _ inputs: [Tensor<Float>], _ weights: Weights<Float>
  ) throws -> (values: Tensor<Double>, bounds: Tensor<Double>) {
    let program = try ReferenceProgram(op, inputs.map(\.shape))
    let exact = try inputs.map { try $0.map { A($0) } }
    let scratch = try Tensor<A>(Shape(max(1, program.scratch)))
    let output = try Tensor<A>(try op.output(inputs.map(\.shape)))
    let steps = program.steps(
      exact.map { UnsafePointer($0.pointer) }, weights: weights, output: output.pointer,
      scratch: scratch.pointer)
    withExtendedLifetime((exact, scratch, weights)) { for step in steps { step() } }
    return (try output.map(\.value), try output.map(\.bound))
  }

  /// Bytes that an oracle takes while it computes, and those of its answer, which stay.
  public static func memory(_ op: any Operator, _ inputs: [Shape]) throws(OperatorError) -> (
    computing: Int, answer: Int
  ) {
    let output = try op.output(inputs).count
    let numbers = inputs.reduce(try ReferenceProgram(op, inputs).scratch + output) { $0 + $1.count }
    let answer = 2 * output * MemoryLayout<Double>.stride
    let number = max(MemoryLayout<Bounded>.stride, MemoryLayout<Likely>.stride)
    return (max(numbers * number, output * number + answer), answer)
  }

  /// Shape of the output.
  public var shape: Shape { values.shape }

  /// Element `i` of the output.
  public func value(_ i: Int) -> Double { values.pointer[i] }

  /// How far element `i` of a result in `Float` may lie from the value.
  public func bound(_ i: Int) -> Double { bounds.pointer[i] }

  /// Compares a result of the same shape, element by element.
  public func compare(_ actual: Tensor<Float>) -> Agreement {
    precondition(actual.shape.count == values.count, "shape \(actual.shape) against \(values.shape)")
    return Agreement(UnsafeBufferPointer(actual.buffer), expected: value, bounds: bound)
  }
}
