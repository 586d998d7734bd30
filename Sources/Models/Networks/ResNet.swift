import Operators
import Tensors

/// Depth from skip connections: a 7×7 stem, four stages of BasicBlocks (18, 34 layers) or Bottlenecks (50, 101, 152), a
/// global average and a dense layer. Attention sits after the last batch norm of each branch, before the addition.
/// - Source: He et al. 2016, arXiv:1512.03385, table 1; as in torchvision (ResNet-50: 25,557,032 parameters), whose
///   stride in the 3×3 `style=caffe` moves to the first 1×1, where the paper has it.
public struct ResNet: Architecture {
  /// Blocks per stage.
  static let depths = [
    18: [2, 2, 2, 2], 34: [3, 4, 6, 3], 50: [3, 4, 6, 3], 101: [3, 4, 23, 3], 152: [3, 8, 36, 3],
  ]

  /// Layers with weights, as the name counts them.
  public let depth: Int

  /// The paper's five depths.
  public static var names: [String] { depths.keys.sorted().map { "resnet\($0)" } }

  /// `resnet` and one of the five depths.
  public init?(name: String) {
    var parts = NameParts(name)
    guard parts.word("resnet"), let depth = parts.number(), ResNet.depths[depth] != nil, parts.isEmpty else {
      return nil
    }
    self.depth = depth
  }

  /// `resnet50`.
  public var name: String { "resnet\(depth)" }

  /// Whether that depth is built of BasicBlocks.
  static func isBasic(_ depth: Int) -> Bool { depth < 50 }

  /// Only those of 50 layers and more have bottlenecks.
  public var hasStyles: Bool { !ResNet.isBasic(depth) }

  /// Nodes of the stem, `layer1.0` to `layer4`'s last block and the classifier's.
  public func graph(_ input: TensorType, _ options: NetworkOptions) throws(OperatorError) -> Graph {
    residualNetwork(blocks: ResNet.depths[depth] ?? [], options) { stage, stride in
      if ResNet.isBasic(depth) {
        return BasicBlock(out: 64 << stage, stride: stride, attention: options.attention)
      }
      return Bottleneck(
        width: 64 << stage, stride: stride, style: options.style, attention: options.attention)
    }
  }
}

/// Stem, four stages and head that ResNet, Wide ResNet and ResNeXt have in common.
/// - Parameter block: of a stage (0 to 3) with a stride.
func residualNetwork(
  blocks: [Int], _ options: NetworkOptions, block: (_ stage: Int, _ stride: Int) -> any Composite
) -> Graph {
  var graph = Graph()
  var x = graph.addConvolution(
    "stem.conv", "stem.bn", out: 64, kernel: 7, stride: 2, .input(0), gain: Graph.rectifiedGain)
  x = graph.add("stem.relu", ReLU(), x)
  x = graph.add("stem.pool", Pool2D(.max, window: Pair(3), stride: Pair(2), padding: Padding(1)), x)
  for (stage, count) in blocks.enumerated() {
    for index in 0..<count {
      let stride = stage > 0 && index == 0 ? 2 : 1
      x = graph.add("layer\(stage + 1).\(index)", block(stage, stride), x)
    }
  }
  graph.addClassifier(x, classes: options.classes)
  return graph
}
