import Kernels
import Operators
import Tensors

/// A tensor in another layout. No arithmetic.
public struct Reorder: Operator {
  public let keyword = "reorder"
  /// The layout that is read.
  public let from: Layout
  /// The layout that is written.
  public let to: Layout

  public init(from: Layout, to: Layout) {
    self.from = from
    self.to = to
  }

  public var text: String { "reorder \(from) to \(to)" }
  public var isExactOnIntegers: Bool { true }

  public func outputs(_ inputs: [TensorType]) throws(OperatorError) -> [TensorType] {
    guard inputs.count == 1 else { throw OperatorError("reorder takes 1 input, not \(inputs.count)") }
    return inputs
  }

  public func cost(_ inputs: [TensorType]) throws(OperatorError) -> Cost {
    Cost(others: 0, inputs: inputs, weights: [], outputs: inputs)
  }
}
