import Operators
import Tensors

/// A module that can sit in the attention slot of a block: shape in, the same shape out.
public protocol AttentionModule: Composite {}

/// What the command line knows by name.
public enum Modules {
  public static let attention: [any AttentionModule.Type] = [
    SqueezeExcitation.self, ChannelAttention.self, SpatialAttention.self, CBAM.self,
  ]

  public static let blocks: [any Composite.Type] = [BasicBlock.self, Bottleneck.self]

  public static let primitives: [any Operator.Type] = [
    Conv2D.self, Pool2D.self, GlobalPool.self, ChannelPool.self, Dense.self, BatchNorm.self, ReLU.self,
    Sigmoid.self,
    Add.self, Scale.self, Concat.self,
  ]

  public static var all: [any Operator.Type] { primitives + attention + blocks }

  /// Reads `conv:out=64,k=3`.
  public static func parse(_ text: some StringProtocol) throws(OperatorError) -> any Operator {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let keyword = parts.first.map { String($0) } ?? ""
    guard let type = all.first(where: { $0.keyword == keyword }) else {
      let known = all.map { $0.keyword }
      let hint = Words.nearest(keyword, among: known).map { "did you mean '\($0)'?" }
      throw OperatorError(
        "'\(keyword)' is not an operator; \(hint ?? "known operators: " + known.joined(separator: " "))")
    }
    let rest = parts.count > 1 ? Substring(parts[1]) : ""
    guard parts.count == 1 || !rest.isEmpty else {
      throw OperatorError("'\(text)' has no keys behind the colon")
    }
    var attributes = try Attributes(rest, of: keyword)
    let result = try type.read(&attributes)
    try attributes.finish()
    return result
  }
}
