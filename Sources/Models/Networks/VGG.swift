import Operators
import Tensors

/// Depth from small kernels: 3×3 convolutions in five stages, each ending in a 2×2 maximum pool, then three dense layers.
/// Attention sits at the end of each stage, before its pool.
/// - Source: Simonyan & Zisserman 2015, arXiv:1409.1556, table 1, configurations A, B, D and E; batch norm and the
///   adaptive 7×7 pool before the dense layers as in torchvision (VGG-16: 138,357,544 parameters). Dropout does nothing
///   at inference and has no node.
public struct VGG: Architecture {
  private static let depths = [
    11: [1, 1, 2, 2, 2], 13: [2, 2, 2, 2, 2], 16: [2, 2, 3, 3, 3], 19: [2, 2, 4, 4, 4],
  ]
  private static let widths = [64, 128, 256, 512, 512]
  private static let pooledExtent = 7
  private static let hidden = 4096
  /// Seeded convolutions and dense layers before a ReLU without batch norm make up for what it cuts off.
  /// - Source: He et al. 2015, arXiv:1502.01852.
  private static let gain = Float(2).squareRoot()

  /// Convolutions and dense layers.
  public let depth: Int
  /// Whether batch norm follows each convolution.
  public let isNormalised: Bool

  /// Configurations A, B, D and E, each with and without batch norm.
  public static var names: [String] { depths.keys.sorted().flatMap { ["vgg\($0)", "vgg\($0)-bn"] } }

  /// `vgg16` or `vgg16-bn`.
  public init?(name: String) {
    var parts = NameParts(name)
    guard parts.word("vgg"), let depth = parts.number(), VGG.depths[depth] != nil else { return nil }
    isNormalised = parts.word("-bn")
    guard parts.isEmpty else { return nil }
    self.depth = depth
  }

  /// `vgg16-bn`.
  public var name: String { "vgg\(depth)" + (isNormalised ? "-bn" : "") }

  /// Nodes `stage1.conv1` to `stage5.pool`, `head.pool` and `head.fc1` to `head.fc3`.
  public func graph(_ input: TensorType, _ options: NetworkOptions) throws(OperatorError) -> Graph {
    var graph = Graph()
    var x = Graph.Source.input(0)
    for (index, (width, layers)) in zip(VGG.widths, VGG.depths[depth] ?? []).enumerated() {
      let stage = "stage\(index + 1)"
      for layer in 1...layers { x = addConvolution(&graph, "\(stage).", layer, width, x) }
      x = options.attention.add(to: &graph, "\(stage).attention", after: x)
      x = graph.add("\(stage).pool", Pool2D(.max, window: Pair(2)), x)
    }
    x = graph.add("head.pool", AdaptivePool(out: VGG.pooledExtent), x)
    for (layer, width) in [VGG.hidden, VGG.hidden].enumerated() {
      x = graph.add("head.fc\(layer + 1)", Dense(out: width), x, gain: VGG.gain)
      x = graph.add("head.relu\(layer + 1)", ReLU(), x)
    }
    graph.add("head.fc3", Dense(out: options.classes), x)
    return graph
  }

  private func addConvolution(
    _ graph: inout Graph, _ stage: String, _ layer: Int, _ width: Int, _ source: Graph.Source
  ) -> Graph.Source {
    let conv = Conv2D(out: width, kernel: Pair(3), padding: Padding(1))
    var x = graph.add(
      "\(stage)conv\(layer)", conv, source, gain: isNormalised ? 1 : VGG.gain)
    if isNormalised {
      x = graph.add("\(stage)bn\(layer)", BatchNorm(), x, gain: Graph.rectifiedGain)
    }
    return graph.add("\(stage)relu\(layer)", ReLU(), x)
  }
}
