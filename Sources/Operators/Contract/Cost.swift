import Tensors

/// What an operator costs on given inputs.
public struct Cost: Sendable, Hashable {
  /// Learned values.
  public var parameters = 0
  /// Nominal multiply-adds of convolution and dense layers.
  public var macs = 0
  /// The same without taps outside the image.
  public var macsInside = 0
  /// Twice `macs` plus every other operation.
  public var flops = 0
  /// Compulsory traffic: every input, parameter and output once, each with the size of its elements.
  public var bytes = 0

  /// Nothing.
  public init() {}

  /// - Parameter others: operations besides multiply-adds.
  public init(
    macs: Int = 0, macsInside: Int = 0, others: Int, inputs: [TensorType], weights: [Weight],
    outputs: [TensorType]
  ) {
    parameters = weights.filter(\.isLearned).reduce(0) { $0 + $1.shape.count }
    self.macs = macs
    self.macsInside = macsInside
    flops = 2 * macs + others
    bytes = (inputs + outputs).reduce(0) { $0 + $1.bytes } + ElementType.float32.bytes * parameters
  }

  /// Adds the counts of a part; `bytes` of a whole are not the sum of its parts' and stay.
  public mutating func add(_ part: Cost) throws(OperatorError) {
    parameters = try sum([parameters, part.parameters])
    macs = try sum([macs, part.macs])
    macsInside = try sum([macsInside, part.macsInside])
    flops = try sum([flops, part.flops])
  }
}
