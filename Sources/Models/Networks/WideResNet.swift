import Operators
import Tensors

/// Width instead of depth: residual networks with k times as many channels.
///
/// With BasicBlocks (18, 34 layers) the stages have k · 64, 128, 256, 512 channels after a stem of 64, the variant of
/// CBAM's table 4 (×1.5: 25.88 M parameters). With Bottlenecks (50, 101, 152) only the 3×3 in their middle is k times
/// as wide, the variant published with weights (WRN-50-2: 68,883,240 parameters).
/// - Source: Zagoruyko & Komodakis 2016, arXiv:1605.07146; CBAM, arXiv:1807.06521, table 4.
public struct WideResNet: Architecture {
  /// Layers with weights, as the name counts them.
  public let depth: Int
  /// k, in hundredths.
  private let factor: Int

  /// CBAM's table 4, and those published with weights.
  public static let names = [
    "wide-resnet18-1.5", "wide-resnet18-2.0", "wide-resnet50-2.0", "wide-resnet101-2.0",
  ]

  /// Any of ResNet's depths, and any k with one or two decimals, up to 8.
  public init?(name: String) {
    var parts = NameParts(name)
    guard parts.word("wide-resnet"), let depth = parts.number(), ResNet.depths[depth] != nil, parts.word("-"),
      let factor = parts.hundredths(), parts.isEmpty
    else { return nil }
    self.depth = depth
    self.factor = factor
  }

  /// `wide-resnet50-2.0`.
  public var name: String { "wide-resnet\(depth)-\(NameParts.decimal(hundredths: factor))" }

  private func widened(_ width: Int) -> Int { max(1, width * factor / 100) }

  /// Only those of 50 layers and more have bottlenecks.
  public var hasStyles: Bool { !ResNet.isBasic(depth) }

  /// The nodes of `ResNet`.
  public func graph(_ input: TensorType, _ options: NetworkOptions) throws(OperatorError) -> Graph {
    residualNetwork(blocks: ResNet.depths[depth] ?? [], options) { stage, stride in
      let width = widened(64 << stage)
      if ResNet.isBasic(depth) {
        return BasicBlock(out: width, stride: stride, attention: options.attention)
      }
      return Bottleneck(
        width: width, out: 256 << stage, stride: stride, style: options.style,
        attention: options.attention)
    }
  }
}
