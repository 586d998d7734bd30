import Kernels
import Operators
import Tensors

/// A tensor in another layout. No arithmetic.
public struct Reorder: Operator {
  /// What a layer that only changes a layout is called in profiles.
  public let keyword = "reorder"
  /// The layout that is read.
  public let from: Layout
  /// The layout that is written.
  public let to: Layout

  /// From one layout to another; the same twice is a copy.
  public init(from: Layout, to: Layout) {
    self.from = from
    self.to = to
  }

  /// `reorder nchw to nchw16c`.
  public var text: String { "reorder \(from) to \(to)" }
  /// Values are copied.
  public var isExactOnIntegers: Bool { true }

  /// The type of the input: a layout is no part of a type.
  public func outputs(_ inputs: [TensorType]) throws(OperatorError) -> [TensorType] {
    guard inputs.count == 1 else { throw OperatorError("reorder takes 1 input, not \(inputs.count)") }
    return inputs
  }

  /// No arithmetic; every element is read and written once.
  public func cost(_ inputs: [TensorType]) throws(OperatorError) -> Cost {
    Cost(others: 0, inputs: inputs, weights: [], outputs: inputs)
  }
}
