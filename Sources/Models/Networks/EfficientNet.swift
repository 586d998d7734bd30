import Operators
import Tensors

/// Depth and width scaled together: a 3×3 stem, seven stages of MBConv (inverted residuals with squeeze-and-excitation and SiLU), a
/// 1×1, a global average and a dense layer. The hidden width of the squeeze is a quarter of the block's input channels. Attention
/// that is asked for sits after each projection's batch norm, before the addition; the network's own stays.
/// - Source: Tan & Le 2019, arXiv:1905.11946, table 1; as in torchvision (B0: 5,288,548 parameters).
public struct EfficientNet: Architecture {
  private struct Stage {
    let expansion: Int
    let kernel: Int
    /// Of the first block.
    let stride: Int
    let width: Int
    let blocks: Int
  }

  private static let stages = [
    Stage(expansion: 1, kernel: 3, stride: 1, width: 16, blocks: 1),
    Stage(expansion: 6, kernel: 3, stride: 2, width: 24, blocks: 2),
    Stage(expansion: 6, kernel: 5, stride: 2, width: 40, blocks: 2),
    Stage(expansion: 6, kernel: 3, stride: 2, width: 80, blocks: 3),
    Stage(expansion: 6, kernel: 5, stride: 1, width: 112, blocks: 3),
    Stage(expansion: 6, kernel: 5, stride: 2, width: 192, blocks: 4),
    Stage(expansion: 6, kernel: 3, stride: 1, width: 320, blocks: 1),
  ]
  /// Factors of width and depth, B0 to B4; from B5 on batch norm has another ε.
  private static let factors = [(1.0, 1.0), (1.0, 1.1), (1.1, 1.2), (1.2, 1.4), (1.4, 1.8)]

  private let variant: Int

  /// B0; B1 to B4 are networks, too.
  public static let names = ["efficientnet-b0"]

  /// B0 to B4.
  public init?(name: String) {
    guard let variant = EfficientNet.factors.indices.first(where: { "efficientnet-b\($0)" == name }) else {
      return nil
    }
    self.variant = variant
  }

  /// `efficientnet-b0`.
  public var name: String { "efficientnet-b\(variant)" }

  /// Nodes `stem`, `stage1.0` to `stage7`'s last block, `last` and the classifier's.
  public func graph(_ input: TensorType, _ options: NetworkOptions) throws(OperatorError) -> Graph {
    let (width, depth) = EfficientNet.factors[variant]
    var graph = Graph()
    var channels = Widths.rounded(32, times: width)
    var x = graph.addActivated("stem", out: channels, kernel: 3, stride: 2, .silu, .input(0))
    for (number, stage) in EfficientNet.stages.enumerated() {
      for index in 0..<Int((Double(stage.blocks) * depth).rounded(.up)) {
        let block = InvertedResidual(
          out: Widths.rounded(stage.width, times: width), expansion: stage.expansion, kernel: stage.kernel,
          stride: index == 0 ? stage.stride : 1, activation: .silu, squeeze: max(1, channels / 4),
          attention: options.attention)
        x = graph.add("stage\(number + 1).\(index)", block, x)
        channels = block.outputChannels
      }
    }
    x = graph.addActivated("last", out: 4 * channels, kernel: 1, .silu, x)
    graph.addClassifier(x, classes: options.classes)
    return graph
  }
}
