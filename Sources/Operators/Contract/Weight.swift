import Tensors

/// An array that belongs to an operator.
public struct Weight: Sendable, Hashable {
  /// What a layer does with it, which tells what seeded values look like.
  public enum Role: Sendable {
    /// Factors of a convolution or dense layer, their addend, the four arrays of batch norm, and what momentum keeps.
    case weight, bias, scale, shift, mean, variance, velocity
  }

  /// `weight`; inside a composite with the path of its node: `conv1.weight`.
  public let name: String
  /// Extents; the operator says in which order.
  public let shape: Shape
  /// What a layer does with it.
  public let role: Role
  /// Products that one output sums up, for initialisation.
  public let fanIn: Int
  /// Factor of seeded values, for initialisation.
  public let gain: Float
  /// What seeded values are spread around, for initialisation.
  public let center: Float

  /// The last three arguments only matter for seeded values.
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

  /// Single precision, as all weights are.
  public var type: TensorType { TensorType(shape) }

  /// Learned, as against estimated from data (mean and variance of batch norm) or kept from step to step.
  public var isLearned: Bool { ![.mean, .variance, .velocity].contains(role) }

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
