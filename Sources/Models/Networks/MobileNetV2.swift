import Operators
import Tensors

/// Inverted residuals: a 3×3 stem, seventeen blocks of widening 1×1, depthwise 3×3 and projecting 1×1 with ReLU6, a 1×1 to 1280
/// channels, a global average and a dense layer; every width times α, rounded to a multiple of 8. Attention sits after each
/// depthwise convolution, as in MobileNetV3.
/// - Source: Sandler et al. 2018, arXiv:1801.04381, table 2; as in torchvision (α = 1: 3,504,872 parameters).
public struct MobileNetV2: Architecture {
  /// Expansion, width, blocks and stride of the first block of each stage.
  private static let stages = [
    (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1),
  ]

  /// α, in hundredths.
  private let multiplier: Int

  /// The paper's α = 1 and 1.4.
  public static let names = ["mobilenetv2-1.0", "mobilenetv2-1.4"]

  /// Any α with one or two decimals, up to 8.
  public init?(name: String) {
    var parts = NameParts(name)
    guard parts.word("mobilenetv2-"), let multiplier = parts.hundredths(), parts.isEmpty else { return nil }
    self.multiplier = multiplier
  }

  /// `mobilenetv2-1.0`.
  public var name: String { "mobilenetv2-\(NameParts.decimal(hundredths: multiplier))" }

  /// Nodes `stem`, `stage1.0` to `stage7.0`, `last` and the classifier's.
  public func graph(_ input: TensorType, _ options: NetworkOptions) throws(OperatorError) -> Graph {
    let factor = Double(multiplier) / 100
    var graph = Graph()
    var x = graph.addActivated(
      "stem", out: Widths.rounded(32, times: factor), kernel: 3, stride: 2, .relu6, .input(0))
    for (stage, (expansion, width, blocks, stride)) in MobileNetV2.stages.enumerated() {
      for index in 0..<blocks {
        let block = InvertedResidual(
          out: Widths.rounded(width, times: factor), expansion: expansion, stride: index == 0 ? stride : 1,
          attention: options.attention)
        x = graph.add("stage\(stage + 1).\(index)", block, x)
      }
    }
    // The last layers become wider, never narrower.
    x = graph.addActivated("last", out: Widths.rounded(1280, times: max(1, factor)), kernel: 1, .relu6, x)
    graph.addClassifier(x, classes: options.classes)
    return graph
  }
}

/// How mobile networks scale their widths.
enum Widths {
  /// The multiple of 8 nearest to the scaled width, at least 8, and never below nine tenths of it.
  /// - Source: `_make_divisible` in TensorFlow's and torchvision's models, in its arithmetic.
  static func rounded(_ width: Int, times factor: Double) -> Int {
    let scaled = Double(width) * factor
    let nearest = max(8, Int(scaled + 4) / 8 * 8)
    return Double(nearest) < 0.9 * scaled ? nearest + 8 : nearest
  }
}
