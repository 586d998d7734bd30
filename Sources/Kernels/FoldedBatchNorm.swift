import Operators
import Tensors

/// A batch norm with running statistics as a factor and an addend for each channel: `x · scale + shift`.
///
/// It keeps the arrays, so that whoever packs weights again finds what they hold then.
public struct FoldedBatchNorm: Sendable {
  private let gamma: Tensor<Float>
  private let beta: Tensor<Float>
  private let mean: Tensor<Float>
  private let variance: Tensor<Float>
  private let epsilon: Float

  /// - Parameter weights: those of the batch norm.
  /// - Throws: `OperatorError` with the name of an array that is not there.
  public init(_ norm: BatchNorm, _ weights: Weights<Float>) throws(OperatorError) {
    (gamma, beta) = (try weights["weight"], try weights["bias"])
    (mean, variance) = (try weights["mean"], try weights["variance"])
    epsilon = Float(norm.epsilon)
  }

  /// One that multiplies and adds these.
  public init(scale: [Float], shift: [Float]) throws(MemoryError) {
    precondition(scale.count == shift.count, "\(scale.count) factors and \(shift.count) addends")
    let shape = Shape(scale.count)
    (gamma, beta) = (try Tensor(shape), try Tensor(shape))
    (mean, variance) = (try Tensor(shape), try Tensor(shape))
    gamma.assign(scale)
    beta.assign(shift)
    variance.buffer.update(repeating: 1)
    epsilon = 0
  }

  /// How many there are.
  public var channels: Int { gamma.count }

  /// Factor and addend of a channel.
  public subscript(channel: Int) -> (scale: Float, shift: Float) {
    let scale = gamma.pointer[channel] / (variance.pointer[channel] + epsilon).squareRoot()
    return (scale, beta.pointer[channel] - mean.pointer[channel] * scale)
  }
}
