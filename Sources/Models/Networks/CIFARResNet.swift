import Operators
import Tensors

/// Residual networks for 32×32 images: a 3×3 stem of 16 channels, three stages of n BasicBlocks with 16, 32 and 64 channels whose
/// shortcuts have no parameters (option A), a global average and a dense layer: 6n + 2 layers. Attention sits after the last batch
/// norm of each branch, before the addition.
/// - Source: He et al. 2016, arXiv:1512.03385, section 4.2 (20 layers: 269,722 parameters, batch norm included).
public struct CIFARResNet: Architecture {
  private let depth: Int

  /// The paper's depths but its longest: n = 3, 5, 7, 9 and 18.
  public static let names = [20, 32, 44, 56, 110].map { "cifar-resnet\($0)" }

  /// Any depth of the form 6n + 2.
  public init?(name: String) {
    var parts = NameParts(name)
    guard parts.word("cifar-resnet"), let depth = parts.number(), depth > 2, depth % 6 == 2, parts.isEmpty
    else { return nil }
    self.depth = depth
  }

  /// `cifar-resnet20`.
  public var name: String { "cifar-resnet\(depth)" }
  /// CIFAR's.
  public var standardInput: Shape { Shape(1, 3, 32, 32) }
  /// Small as it is.
  public var smallInput: Shape { standardInput }
  /// CIFAR-10's.
  public var standardClasses: Int { 10 }

  /// Nodes `stem`, `layer1.0` to `layer3.n−1` and the classifier's.
  public func graph(_ input: TensorType, _ options: NetworkOptions) throws(OperatorError) -> Graph {
    var graph = Graph()
    var x = graph.addRectified("stem", out: 16, kernel: 3, .input(0))
    for stage in 0..<3 {
      for index in 0..<(depth - 2) / 6 {
        let block = BasicBlock(
          out: 16 << stage, stride: stage > 0 && index == 0 ? 2 : 1, shortcut: .padded,
          attention: options.attention)
        x = graph.add("layer\(stage + 1).\(index)", block, x)
      }
    }
    graph.addClassifier(x, classes: options.classes)
    return graph
  }
}
