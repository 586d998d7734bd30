/// A function that a layer applies to each element of its own output.
public enum Activation: String, Sendable, CaseIterable {
  /// The identity, and `max(x, 0)`.
  case none, relu
  /// `min(max(x, 0), 6)`.
  case relu6
  /// `1 / (1 + exp(−x))`.
  case sigmoid
  /// `x / (1 + exp(−x))`.
  case silu
  /// `min(max(x + 3, 0), 6) / 6`.
  case hardSigmoid = "hard-sigmoid"
  /// `x · min(max(x + 3, 0), 6) / 6`.
  case hardSwish = "hard-swish"

  /// Operations per element: each addition, multiplication, division, comparison and exponential.
  public var operations: Int {
    switch self {
    case .none: 0
    case .relu: 1
    case .relu6: 2
    case .sigmoid: 3
    case .silu, .hardSigmoid: 4
    case .hardSwish: 5
    }
  }

  /// Whether it maps integers to integers.
  public var isExactOnIntegers: Bool { self == .none || self == .relu || self == .relu6 }
}
