import Tensors

/// What is computed: shapes, weights and cost, without a loop over data.
public protocol Operator: Sendable, Hashable {
  /// The word in a workload text, e.g. `conv`.
  static var keyword: String { get }

  /// `conv`: `Self.keyword` unless values of one type have names of their own.
  var keyword: String { get }

  /// What is written in a workload text: `conv:out=64,k=3`, or the keyword alone.
  var text: String { get }

  /// Keys and values after the keyword, in the order of `help`.
  var attributes: [Attribute] { get }

  /// Reads the values after the keyword.
  init(_ attributes: inout Attributes) throws(OperatorError)

  /// Whether integer inputs and weights give integers, which `Float` holds exactly while they stay below 2²⁴.
  var isExactOnIntegers: Bool { get }

  /// Number of input tensors.
  var inputCount: Int { get }

  /// The inputs of a workload whose text names one shape.
  func inputs(for shape: Shape) throws(OperatorError) -> [Shape]

  func outputs(_ inputs: [Shape]) throws(OperatorError) -> [Shape]

  /// All arrays that were learned or estimated in training.
  func weights(_ inputs: [Shape]) throws(OperatorError) -> [Weight]

  func cost(_ inputs: [Shape]) throws(OperatorError) -> Cost
}

extension Operator {
  /// The initialiser for a type that is only known at run time.
  public static func read(_ attributes: inout Attributes) throws(OperatorError) -> any Operator {
    try Self(&attributes)
  }

  public var keyword: String { Self.keyword }
  public var inputCount: Int { 1 }
  public var isExactOnIntegers: Bool { false }
  public func inputs(for shape: Shape) throws(OperatorError) -> [Shape] { [shape] }
  public func weights(_ inputs: [Shape]) throws(OperatorError) -> [Weight] { [] }

  public var text: String {
    let list = attributes.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
    return list.isEmpty ? keyword : "\(keyword):\(list)"
  }

  /// The only output.
  public func output(_ inputs: [Shape]) throws(OperatorError) -> Shape { try outputs(inputs)[0] }
}

/// What is wrong with an operator or its input: found and expected, without the place.
public struct OperatorError: Error, Equatable, CustomStringConvertible {
  public let description: String
  public init(_ description: String) { self.description = description }
}

/// An array that belongs to an operator.
public struct Weight: Sendable, Hashable {
  public enum Role: Sendable {
    case weight, bias, scale, shift, mean, variance
  }

  public let name: String
  public let shape: Shape
  public let role: Role
  /// Products that one output sums up, for initialisation.
  public let fanIn: Int
  /// Factor of seeded values, for initialisation.
  public let gain: Float
  /// What seeded values are spread around, for initialisation.
  public let center: Float

  public init(
    _ name: String, _ shape: Shape, _ role: Role, fanIn: Int = 1, gain: Float = 1, center: Float = 0
  ) {
    self.name = name
    self.shape = shape
    self.role = role
    self.fanIn = fanIn
    self.gain = gain
    self.center = center
  }

  /// Learned, as against estimated from data (mean and variance of batch norm).
  public var isLearned: Bool { role != .mean && role != .variance }

  /// Added to a result.
  var isShift: Bool { role == .bias || role == .shift }

  /// As a weight of a node: seeded larger or smaller if it is learned, around another value if it is added to a result.
  /// - Parameter isAlone: whether nothing is added to the result; its sum of products is spread around that value then.
  func of(_ node: Graph.Node, isAlone: Bool) -> Weight {
    let shift = isShift ? node.center : role == .weight && isAlone ? node.center / Float(fanIn) : 0
    return Weight(
      "\(node.name).\(name)", shape, role, fanIn: fanIn, gain: isLearned ? gain * node.gain : gain,
      center: center + shift)
  }
}

/// What an operator costs on given input shapes.
public struct Cost: Sendable, Hashable {
  /// Learned values.
  public var parameters = 0
  /// Nominal multiply-adds of convolution and dense layers.
  public var macs = 0
  /// The same without taps outside the image.
  public var macsInside = 0
  /// Twice `macs` plus every other operation.
  public var flops = 0
  /// Compulsory traffic: every input, parameter and output once, four bytes each.
  public var bytes = 0

  public init() {}

  /// - Parameter others: operations besides multiply-adds.
  public init(
    macs: Int = 0, macsInside: Int = 0, others: Int, inputs: [Shape], weights: [Weight], outputs: [Shape]
  ) {
    parameters = weights.filter(\.isLearned).reduce(0) { $0 + $1.shape.count }
    self.macs = macs
    self.macsInside = macsInside
    flops = 2 * macs + others
    bytes = 4 * ((inputs + outputs).reduce(0) { $0 + $1.count } + parameters)
  }

  /// Adds the counts of a part; `bytes` of a whole are not the sum of its parts' and stay.
  public mutating func add(_ part: Cost) throws(OperatorError) {
    parameters = try sum([parameters, part.parameters])
    macs = try sum([macs, part.macs])
    macsInside = try sum([macsInside, part.macsInside])
    flops = try sum([flops, part.flops])
  }
}
