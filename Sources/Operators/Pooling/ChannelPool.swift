import Tensors

/// Maximum, then mean, over the channels of every pixel: N×C×H×W to N×2×H×W.
/// - Cost: C − 1 comparisons, C − 1 additions and a division per pixel.
/// - Source: CBAM, arXiv:1807.06521, equation 3; the order is that of the authors' code (`ChannelPool`).
public struct ChannelPool: Spelled {
  public static let keyword = "channelpool"
  public static let examples = ["channelpool@1x64x28x28"]

  public init() {}
  public init(_ a: inout Attributes) throws(OperatorError) {}
  public var attributes: [Attribute] { [] }

  public func outputs(_ inputs: [TensorType]) throws(OperatorError) -> [TensorType] {
    let input = try images(inputs, keyword)
    return [TensorType(input.n, 2, input.h, input.w)]
  }

  public func cost(_ inputs: [TensorType]) throws(OperatorError) -> Cost {
    let (input, output) = (inputs[0], try output(inputs))
    let others = input.n * input.plane * (2 * (input.c - 1) + 1)
    return Cost(others: others, inputs: inputs, weights: [], outputs: [output])
  }
}
