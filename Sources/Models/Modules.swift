import Operators
import PlainText
import Tensors

/// A module that can sit in the attention slot of a block: shape in, the same shape out.
public protocol AttentionModule: Composite, Spelled {}

extension AttentionModule {
  /// True: a graph is only asked for where the one input is N×C×H×W.
  public var takesImages: Bool { true }
}

extension Graph {
  /// What is added before a gate's sigmoid, when seeded: most of the signal passes, or after many gates nothing of it would
  /// be left.
  public static let openGate: Float = 3

  /// The same for a hard sigmoid, which is 1 from 3 on: nearer, so that verification sees what the gates are made of.
  public static let openHardGate: Float = 1.5
}

/// What the command line knows by name.
public enum Modules {
  /// Modules for the attention slot of blocks and networks; a new one is a line here.
  public static let attention: [any AttentionModule.Type] = [
    SqueezeExcitation.self, ChannelAttention.self, SpatialAttention.self, CBAM.self,
  ]

  /// Parts of networks that can be measured on their own.
  public static let blocks: [any (Composite & Spelled).Type] = [
    BasicBlock.self, Bottleneck.self, Inception.self, DepthwiseSeparable.self, InvertedResidual.self,
  ]

  /// Operators with formulas of their own.
  public static let primitives: [any Spelled.Type] = [
    Conv2D.self, ConvTranspose2D.self, Pool2D.self, GlobalPool.self, AdaptivePool.self, ChannelPool.self,
    Dense.self,
    BatchNorm.self,
    ReLU.self, ReLU6.self, Sigmoid.self, SiLU.self, HardSigmoid.self, HardSwish.self, Add.self, Scale.self,
    Concat.self, Subsample.self, CrossEntropy.self,
  ]

  /// Every type whose keyword can begin a workload text; networks have names instead.
  public static var all: [any Spelled.Type] { primitives + attention + blocks }

  /// Workload texts of all operators and of networks, quick to verify.
  public static var examples: [String] { all.flatMap { $0.examples } + Network.examples }

  /// All names that can stand at the beginning of a workload text.
  public static var names: [String] { all.map { $0.keyword } + Architectures.names }

  /// Reads `conv:out=64,k=3` or `resnet50+cbam:r=8`.
  public static func parse(_ text: some StringProtocol) throws(OperatorError) -> any Spelled {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let keyword = parts.first.map { String($0) } ?? ""
    let rest = parts.count > 1 ? Substring(parts[1]) : ""
    guard parts.count == 1 || !rest.isEmpty else {
      throw OperatorError("'\(text.shown)' has no keys after the colon")
    }
    if let network = try Network.read(keyword, keys: rest) { return network }
    guard let type = all.first(where: { $0.keyword == keyword }) else { throw unknown(keyword) }
    var attributes = try Attributes(rest, of: keyword)
    let result = try type.read(&attributes)
    try attributes.finish()
    return result
  }

  private static func unknown(_ keyword: String) -> OperatorError {
    // Of `resnet51+cbam` it is the first part that nobody knows.
    let sides = keyword.split(separator: "+", maxSplits: 1, omittingEmptySubsequences: false)
    let name = sides.first.map { String($0) } ?? ""
    let isNetwork = sides.count > 1
    let known = isNetwork ? Architectures.names : names
    let hint = Words.nearest(name, among: known).map { "did you mean '\($0)'?" }
    let list = isNetwork ? Architectures.names : all.map { $0.keyword }
    return OperatorError(
      "'\(name.shown)' is not \(isNetwork ? "a network" : "an operator"); "
        + (hint ?? "known \(isNetwork ? "networks" : "operators"): " + list.joined(separator: " ")))
  }
}
