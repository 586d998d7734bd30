import Operators
import Tensors

/// Cardinality: ResNet's bottlenecks with a 3×3 in C groups of d channels (stage one; twice as many in each later one),
/// named `resnext50-CxDd`.
/// - Source: Xie et al. 2017, arXiv:1611.05431, table 1 and figure 3(c); as in torchvision (ResNeXt-50 32×4d: 25,028,904
///   parameters).
public struct ResNeXt: Architecture {
  /// Layers with weights, as the name counts them.
  public let depth: Int
  /// C: groups of each 3×3.
  public let cardinality: Int
  /// Channels of a group in the first stage.
  public let groupWidth: Int

  /// The paper's and torchvision's.
  public static let names = ["resnext50-32x4d", "resnext101-32x4d", "resnext101-32x8d", "resnext101-64x4d"]

  /// `resnext50-32x4d`: a depth of bottlenecks, any cardinality and width.
  public init?(name: String) {
    var parts = NameParts(name)
    guard parts.word("resnext"), let depth = parts.number(), ResNet.depths[depth] != nil,
      !ResNet.isBasic(depth), parts.word("-"), let cardinality = parts.number(), parts.word("x"),
      let groupWidth = parts.number(), parts.word("d"), parts.isEmpty
    else { return nil }
    self.depth = depth
    self.cardinality = cardinality
    self.groupWidth = groupWidth
  }

  /// `resnext50-32x4d`.
  public var name: String { "resnext\(depth)-\(cardinality)x\(groupWidth)d" }

  /// It is built of bottlenecks.
  public var hasStyles: Bool { true }

  /// The nodes of `ResNet`.
  public func graph(_ input: TensorType, _ options: NetworkOptions) throws(OperatorError) -> Graph {
    residualNetwork(blocks: ResNet.depths[depth] ?? [], options) { stage, stride in
      Bottleneck(
        width: (cardinality * groupWidth) << stage, out: 256 << stage, stride: stride, groups: cardinality,
        style: options.style, attention: options.attention)
    }
  }
}
