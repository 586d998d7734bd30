/// What stochastic gradient descent is told.
/// - Source: PyTorch's `SGD` without dampening; Sutskever et al. 2013 for Nesterov's form.
public struct Optimizer: Sendable, Hashable {
  /// η, the learning rate; positive.
  public let rate: Double
  /// μ, what remains of the velocity; 0: there is none.
  public let momentum: Double
  /// λ, what is added of a weight to its gradient.
  public let decay: Double
  /// Whether the gradient is taken where the velocity leads.
  public let isNesterov: Bool

  /// A tenth of a rate that suits batches of 256 images.
  public init(rate: Double = 0.01, momentum: Double = 0.9, decay: Double = 1e-4, isNesterov: Bool = false) {
    precondition(rate > 0 && rate.isFinite, "learning rate \(rate) must be positive")
    precondition((0..<1).contains(momentum), "momentum \(momentum) must be from 0 to below 1")
    precondition(decay >= 0 && decay.isFinite, "weight decay \(decay) must not be negative")
    precondition(!isNesterov || momentum > 0, "Nesterov's form needs momentum")
    (self.rate, self.momentum, self.decay, self.isNesterov) = (rate, momentum, decay, isNesterov)
  }

  /// Whether each weight has a velocity.
  public var hasVelocity: Bool { momentum > 0 }

  /// For each weight: its step, the velocity's and the decay's, a product and a sum each; Nesterov's form takes another.
  var operations: Int { 2 + (hasVelocity ? 2 : 0) + (decay > 0 ? 2 : 0) + (isNesterov ? 2 : 0) }
}

extension Optimizer {
  /// Reads `rate`, `momentum`, `decay` and `nesterov`.
  public init(_ a: inout Attributes) throws(OperatorError) {
    let standard = Optimizer()
    let rate = try a.number("rate", default: standard.rate) { $0 > 0 }
    let momentum = try a.number("momentum", default: standard.momentum) { $0 < 1 }
    let decay = try a.number("decay", default: standard.decay) { _ in true }
    let isNesterov = try a.flag("nesterov", default: false)
    guard !isNesterov || momentum > 0 else { throw OperatorError("nesterov=1 needs a momentum above 0") }
    self.init(rate: rate, momentum: momentum, decay: decay, isNesterov: isNesterov)
  }

  /// Keys whose values are not the standard ones.
  public var attributes: [Attribute] {
    let standard = Optimizer()
    return (rate == standard.rate ? [] : [Attribute("rate", rate)])
      + (momentum == standard.momentum ? [] : [Attribute("momentum", momentum)])
      + (decay == standard.decay ? [] : [Attribute("decay", decay)])
      + (isNesterov ? [Attribute("nesterov", isNesterov)] : [])
  }
}
