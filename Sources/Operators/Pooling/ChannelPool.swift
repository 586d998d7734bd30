import Tensors

/// Maximum, then mean, over the channels of every pixel: N×C×H×W to N×2×H×W.
/// - Cost: C − 1 comparisons, C − 1 additions and a division per pixel.
/// - Source: CBAM, arXiv:1807.06521, equation 3; the order is that of the authors' code (`ChannelPool`).
public struct ChannelPool: Spelled {
  /// The word in a workload text.
  public static let keyword = "channelpool"
  /// The input of CBAM's spatial branch.
  public static let examples = ["channelpool@1x64x28x28"]

  /// It has no parameters.
  public init() {}
  /// Reads nothing: it has no keys.
  public init(_ a: inout Attributes) throws(OperatorError) {}
  /// None.
  public var attributes: [Attribute] { [] }

  /// N×2×H×W: the maximum in channel 0, the mean in channel 1.
  public func outputs(_ inputs: [TensorType]) throws(OperatorError) -> [TensorType] {
    let input = try images(inputs, keyword)
    return [TensorType(input.n, 2, input.h, input.w)]
  }

  /// 2·(C − 1) + 1 operations for each pixel.
  public func cost(_ inputs: [TensorType]) throws(OperatorError) -> Cost {
    let (input, output) = (inputs[0], try output(inputs))
    let others = input.n * input.plane * (2 * (input.c - 1) + 1)
    return Cost(others: others, inputs: inputs, weights: [], outputs: [output])
  }
}
