import Tensors

/// Every s-th pixel, with channels of zeros before and after: `out[n, before + c, y, x] = in[n, c, y·s, x·s]`.
/// - Shapes: `input` N×C×H×W, `output` N×out×⌈H/s⌉×⌈W/s⌉; ⌊(out − C)/2⌋ channels of zeros before, the rest after.
/// - Cost: no arithmetic, no parameters.
/// - Source: He et al. 2016, arXiv:1512.03385, option A: a residual network's shortcut without parameters.
public struct Subsample: Spelled {
  /// The word in a workload text.
  public static let keyword = "subsample"
  /// A shortcut that halves the extents and doubles the channels.
  public static let examples = ["subsample:out=32,s=2@1x16x28x28"]
  /// Values are copied.
  public var isExactOnIntegers: Bool { true }
  /// Channels of the output, at least as many as the input has.
  public var outputChannels: Int
  /// s: one pixel of s×s is kept.
  public var stride: Int

  /// - Precondition: both are positive.
  public init(out outputChannels: Int, stride: Int) {
    precondition(outputChannels > 0 && stride > 0, "out \(outputChannels), stride \(stride)")
    self.outputChannels = outputChannels
    self.stride = stride
  }

  /// Reads `out`, which is required, and `s`.
  public init(_ a: inout Attributes) throws(OperatorError) {
    outputChannels = try a.int("out")
    stride = try a.int("s", default: 2)
  }

  /// Both keys.
  public var attributes: [Attribute] { [Attribute("out", outputChannels), Attribute("s", stride)] }

  /// N×out×⌈H/s⌉×⌈W/s⌉.
  /// - Throws: `OperatorError` if `out` is less than the input's channels.
  public func outputs(_ inputs: [TensorType]) throws(OperatorError) -> [TensorType] {
    let input = try images(inputs, keyword)
    guard outputChannels >= input.c else {
      throw OperatorError(
        "out=\(outputChannels) of subsample must be at least the \(input.c) channels of \(input)")
    }
    return [
      try numbers([
        input.n, outputChannels, (input.h - 1) / stride + 1, (input.w - 1) / stride + 1,
      ])
    ]
  }

  /// No arithmetic.
  public func cost(_ inputs: [TensorType]) throws(OperatorError) -> Cost {
    Cost(others: 0, inputs: inputs, weights: [], outputs: try outputs(inputs))
  }

  /// Channels of zeros before the input's.
  public func before(_ channels: Int) -> Int { (outputChannels - channels) / 2 }
}
