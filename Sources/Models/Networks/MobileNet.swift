import Operators
import Tensors

/// Depthwise separable convolutions: a 3×3 stem, thirteen pairs of depthwise 3×3 and pointwise 1×1, a global average and
/// a dense layer; every width times α, rounded down. Attention sits after each depthwise and each pointwise convolution
/// (after their ReLU), as in CBAM, section 5.1.
/// - Source: Howard et al. 2017, arXiv:1704.04861, table 1 (α = 1: 4,231,976 parameters). The paper's table has stride 2
///   in the last depthwise layer too, which its own output size contradicts; here it is 1, as in the authors' code.
public struct MobileNet: Architecture {
  /// Width and stride of each pair.
  private static let pairs = [
    (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1), (512, 1), (512, 1), (512, 1),
    (512, 1),
    (1024, 2), (1024, 1),
  ]

  /// α, in hundredths.
  private let multiplier: Int

  /// α = 1, and CBAM's table 5, α = 0.7.
  public static let names = ["mobilenet-1.0", "mobilenet-0.7"]

  /// Any α with one or two decimals, up to 8.
  public init?(name: String) {
    var parts = NameParts(name)
    guard parts.word("mobilenet-"), let multiplier = parts.hundredths(), parts.isEmpty else { return nil }
    self.multiplier = multiplier
  }

  /// `mobilenet-1.0`.
  public var name: String { "mobilenet-\(NameParts.decimal(hundredths: multiplier))" }

  private func scaled(_ width: Int) -> Int { max(1, width * multiplier / 100) }

  /// Nodes of the stem, `pair1` to `pair13` and the classifier's.
  public func graph(_ input: TensorType, _ options: NetworkOptions) throws(OperatorError) -> Graph {
    var graph = Graph()
    var x = graph.addConvolution(
      "stem.conv", "stem.bn", out: scaled(32), kernel: 3, stride: 2, .input(0),
      gain: Graph.rectifiedGain)
    x = graph.add("stem.relu", ReLU(), x)
    for (index, (width, stride)) in MobileNet.pairs.enumerated() {
      let pair = DepthwiseSeparable(out: scaled(width), stride: stride, attention: options.attention)
      x = graph.add("pair\(index + 1)", pair, x)
    }
    graph.addClassifier(x, classes: options.classes)
    return graph
  }
}
