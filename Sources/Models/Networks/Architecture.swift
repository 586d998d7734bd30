import Operators
import Tensors

/// A family of networks: which of them a name means, and their graph with a slot for attention.
public protocol Architecture: Sendable, Hashable {
  /// Names worth listing; there may be others of the same form.
  static var names: [String] { get }

  /// - Returns: nil if no network of this family has that name.
  init?(name: String)

  /// The name that stands for it in texts; `init?(name:)` reads it.
  var name: String { get }

  /// Whether the two styles differ: whether there are bottlenecks.
  var hasStyles: Bool { get }

  /// What it is measured on where nothing else is said.
  var standardInput: Shape { get }

  /// What it is verified on: an oracle is slow.
  var smallInput: Shape { get }

  /// Outputs of the last layer where nothing else is said.
  var standardClasses: Int { get }

  /// - Parameter input: N×C×H×W; any number of channels and images.
  func graph(_ input: TensorType, _ options: NetworkOptions) throws(OperatorError) -> Graph
}

extension Architecture {
  /// False: most families have no bottlenecks.
  public var hasStyles: Bool { false }
  /// ImageNet's.
  public var standardInput: Shape { Shape(1, 3, 224, 224) }
  /// A fraction of ImageNet's extents, in which every stage still has pixels.
  public var smallInput: Shape { Shape(1, 3, 64, 64) }
  /// ImageNet's.
  public var standardClasses: Int { 1000 }
}

/// What all families can vary.
public struct NetworkOptions: Sendable, Hashable {
  /// What sits in every slot.
  public var attention = AttentionSlot.none
  /// Matters where there are bottlenecks; elsewhere both styles are one network.
  public var style = Style.pytorch
  /// Outputs of the last layer.
  public var classes: Int

  /// No attention, torchvision's style.
  public init(classes: Int = 1000) { self.classes = classes }
}

/// The list of families: a new one is a file and a line here.
public enum Architectures {
  /// Every family; the first that knows a name has it.
  public static let all: [any Architecture.Type] = [
    VGG.self, ResNet.self, WideResNet.self, ResNeXt.self, GoogLeNet.self, MobileNet.self,
    MobileNetV2.self, EfficientNet.self, CIFARResNet.self,
  ]

  /// The published networks, for lists and hints; there are others of the same form.
  public static var names: [String] { all.flatMap { $0.names } }

  static func named(_ name: String) -> (any Architecture)? {
    for type in all { if let network = type.init(name: name) { return network } }
    return nil
  }
}

/// The parts of a name such as `resnext50-32x4d`: numbers, each after a fixed word.
struct NameParts {
  private var rest: Substring

  init(_ name: String) { rest = name[...] }

  mutating func word(_ word: String) -> Bool {
    guard rest.hasPrefix(word) else { return false }
    rest = rest.dropFirst(word.count)
    return true
  }

  /// A whole number from 1 to 4096 without leading zeros.
  mutating func number() -> Int? {
    let digits = rest.prefix { $0.isASCII && $0.isNumber }
    guard let value = Int(digits), (1...4096).contains(value), String(value) == digits else { return nil }
    rest = rest.dropFirst(digits.count)
    return value
  }

  /// A decimal number with one or two digits after the point, up to 8, in hundredths.
  mutating func hundredths() -> Int? {
    let whole = rest.prefix { $0.isASCII && $0.isNumber }
    guard whole.count == 1, let units = Int(whole), rest.dropFirst().first == "." else { return nil }
    let digits = rest.dropFirst(2).prefix { $0.isASCII && $0.isNumber }
    guard (1...2).contains(digits.count), let fraction = Int(digits) else { return nil }
    let value = units * 100 + (digits.count == 1 ? 10 * fraction : fraction)
    guard (1...800).contains(value) else { return nil }
    rest = rest.dropFirst(2 + digits.count)
    return value
  }

  var isEmpty: Bool { rest.isEmpty }

  /// `1.5`, `0.75`.
  static func decimal(hundredths value: Int) -> String {
    let fraction = value % 100
    let digits = fraction % 10 == 0 ? "\(fraction / 10)" : fraction < 10 ? "0\(fraction)" : "\(fraction)"
    return "\(value / 100).\(digits)"
  }
}
