import Operators
import Tensors

/// A classifier with attention in its slots: `resnet50`, `resnet50+cbam:r=8`, `vgg16-bn:classes=10`.
/// - Shapes: `input` N×C×H×W, `output` N×classes.
public struct Network: Composite, Spelled {
  /// For type lists; a network's own keyword is its name.
  public static let keyword = "network"
  /// Small enough to be verified in a moment.
  public static let examples = ["cifar-resnet20@1x3x32x32", "mobilenetv2-1.0:classes=10@1x3x32x32"]

  /// The family's member.
  public var architecture: any Architecture
  /// Attention, style and classes.
  public var options: NetworkOptions

  /// - Parameter options: none of them, and the architecture's own number of classes, if nil.
  public init(_ architecture: any Architecture, options: NetworkOptions? = nil) {
    let options = options ?? NetworkOptions(classes: architecture.standardClasses)
    precondition(options.classes > 0, "classes \(options.classes) must be positive")
    self.architecture = architecture
    self.options = options
  }

  /// `resnet50+cbam`.
  public var keyword: String {
    architecture.name + (options.attention.module.map { "+\($0.keyword)" } ?? "")
  }

  /// `style` and `classes` where they differ from the default, and the module's keys.
  public var attributes: [Attribute] {
    (options.style == .pytorch || !architecture.hasStyles ? [] : [Attribute("style", options.style.rawValue)])
      + (options.classes == architecture.standardClasses ? [] : [Attribute("classes", options.classes)])
      + (options.attention.module?.attributes ?? [])
  }

  /// True.
  public var takesImages: Bool { true }

  /// The architecture's.
  public func graph(_ inputs: [TensorType]) throws(OperatorError) -> Graph {
    try architecture.graph(inputs[0], options)
  }

  /// What it is measured on where nothing else is said.
  public var standardInput: Shape { architecture.standardInput }
  /// What it is verified on: an oracle is slow.
  public var smallInput: Shape { architecture.smallInput }

  public static func == (a: Self, b: Self) -> Bool { a.text == b.text }
  public func hash(into hasher: inout Hasher) { hasher.combine(text) }
}

extension Network {
  /// The same network with the module that a text names, as after the plus sign of a network: `none`, `se`, `cbam/8`.
  public func with(attention text: String) throws(OperatorError) -> Network {
    var result = self
    result.options.attention =
      try Network.read("\(architecture.name)+\(text)", keys: "")?.options.attention ?? .none
    return result
  }

  /// There is no network without a name.
  public init(_ a: inout Attributes) throws(OperatorError) {
    throw OperatorError("networks have names of their own: \(Architectures.names.joined(separator: " "))")
  }

  /// Whether some architecture bears that name.
  public static func isName(_ name: some StringProtocol) -> Bool { Architectures.named(String(name)) != nil }

  /// Reads what stands before the colon, `resnet50+cbam/8`, and the keys after it.
  /// - Returns: nil if the name before the plus sign is no network's.
  static func read(_ head: String, keys: Substring) throws(OperatorError) -> Network? {
    let sides = head.split(separator: "+", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = sides.first, let architecture = Architectures.named(String(first)) else { return nil }
    var attention = sides.count == 2 ? sides[1] : "none"
    var keys = keys
    if let slash = attention.firstIndex(of: "/") {
      let ratio = attention[attention.index(after: slash)...]
      attention = attention[..<slash]
      keys = Substring(keys.isEmpty ? "r=\(ratio)" : "r=\(ratio),\(keys)")
    }
    var a = try Attributes(keys, of: head)
    var options = NetworkOptions()
    options.style = try a.word("style", default: .pytorch)
    options.classes = try a.int("classes", default: architecture.standardClasses)
    options.attention = try AttentionSlot(named: String(attention), &a)
    try a.finish()
    return Network(architecture, options: options)
  }
}
