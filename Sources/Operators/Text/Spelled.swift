import Tensors

/// An operator that a workload text can name: `conv:out=64,k=3@1x64x56x56`.
public protocol Spelled: Operator {
  /// The word that its text begins with, e.g. `conv`.
  static var keyword: String { get }

  /// Workload texts of it, worth showing and quick to verify; at least one.
  static var examples: [String] { get }

  /// Keys and values after the keyword, in the order of `help`.
  var attributes: [Attribute] { get }

  /// Reads the values after the keyword.
  init(_ attributes: inout Attributes) throws(OperatorError)

  /// The smallest extent that a text may give an input; 0 where an empty tensor is a value.
  static var smallestExtent: Int { get }

  /// The inputs of a workload whose text names these shapes: all of them, or one that the others follow from.
  func inputs(for shapes: [Shape]) throws(OperatorError) -> [TensorType]
}

extension Spelled {
  /// The initialiser for a type that is only known at run time.
  public static func read(_ attributes: inout Attributes) throws(OperatorError) -> any Spelled {
    try Self(&attributes)
  }

  /// Keys of its texts, in the order in which they are read, as its first example has them.
  /// - Precondition: the first example can be read.
  public static var keys: [Attributes.Key] {
    let text = examples[0].prefix { $0 != "@" }
    do {
      var attributes = try Attributes(text.dropFirst(keyword.count + 1), of: keyword)
      _ = try Self(&attributes)
      return attributes.known
    } catch { preconditionFailure("\(text): \(error)") }
  }

  /// 1: most operators need something to work on.
  public static var smallestExtent: Int { 1 }

  /// The same word for all values of the type.
  public var keyword: String { Self.keyword }

  /// `conv:out=64,k=3`, as a workload text begins.
  public var text: String {
    let list = attributes.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
    return list.isEmpty ? keyword : "\(keyword):\(list)"
  }

  /// As many shapes as there are inputs, each single precision.
  public func inputs(for shapes: [Shape]) throws(OperatorError) -> [TensorType] {
    try all(shapes).map { TensorType($0) }
  }

  /// The shapes, if there is one for each input.
  func all(_ shapes: [Shape]) throws(OperatorError) -> [Shape] {
    guard shapes.count == inputCount else {
      let count = "\(inputCount) input\(inputCount == 1 ? "" : "s")"
      throw OperatorError("\(keyword) takes \(count), not \(shapes.count) shapes")
    }
    return shapes
  }
}
