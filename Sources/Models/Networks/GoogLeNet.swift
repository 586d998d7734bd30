import Operators
import Tensors

/// Width: nine inception modules, each four branches side by side, concatenated. Attention sits after each module's concatenation.
/// - Source: Szegedy et al. 2015, arXiv:1409.4842, table 1, in torchvision's variant: batch norm after every
///   convolution, no auxiliary heads, no local response normalisation, a 3×3 where the paper has a 5×5 (6,624,904
///   parameters). Batch norm's ε is 1e-3.
public struct GoogLeNet: Architecture {
  private static let modules: [(name: String, module: Inception)] = [
    ("3a", Inception(64, reduce3: 96, 128, reduce5: 16, 32, pool: 32)),
    ("3b", Inception(128, reduce3: 128, 192, reduce5: 32, 96, pool: 64)),
    ("4a", Inception(192, reduce3: 96, 208, reduce5: 16, 48, pool: 64)),
    ("4b", Inception(160, reduce3: 112, 224, reduce5: 24, 64, pool: 64)),
    ("4c", Inception(128, reduce3: 128, 256, reduce5: 24, 64, pool: 64)),
    ("4d", Inception(112, reduce3: 144, 288, reduce5: 32, 64, pool: 64)),
    ("4e", Inception(256, reduce3: 160, 320, reduce5: 32, 128, pool: 128)),
    ("5a", Inception(256, reduce3: 160, 320, reduce5: 32, 128, pool: 128)),
    ("5b", Inception(384, reduce3: 192, 384, reduce5: 48, 128, pool: 128)),
  ]

  /// There is one.
  public static let names = ["googlenet"]

  /// Only `googlenet`.
  public init?(name: String) {
    guard name == "googlenet" else { return nil }
  }

  /// `googlenet`.
  public var name: String { "googlenet" }

  /// Nodes of the stem, `inception3a.module` to `inception5b.module` with the pools between, and the classifier's.
  public func graph(_ input: TensorType, _ options: NetworkOptions) throws(OperatorError) -> Graph {
    func pool(_ window: Int) -> Pool2D {
      Pool2D(.max, window: Pair(window), stride: Pair(2), ceilMode: true)
    }
    var graph = Graph()
    var x = graph.addRectified(
      "stem.conv1", out: 64, kernel: 7, stride: 2, .input(0), epsilon: Inception.epsilon)
    x = graph.add("stem.pool1", pool(3), x)
    x = graph.addRectified("stem.conv2", out: 64, kernel: 1, x, epsilon: Inception.epsilon)
    x = graph.addRectified("stem.conv3", out: 192, kernel: 3, x, epsilon: Inception.epsilon)
    x = graph.add("stem.pool2", pool(3), x)
    for (name, module) in GoogLeNet.modules {
      let stage = "inception\(name)"
      var attended = module
      attended.attention = options.attention
      x = graph.add("\(stage).module", attended, x)
      if name == "3b" { x = graph.add("\(stage).pool", pool(3), x) }
      if name == "4e" { x = graph.add("\(stage).pool", pool(2), x) }
    }
    graph.addClassifier(x, classes: options.classes)
    return graph
  }
}
