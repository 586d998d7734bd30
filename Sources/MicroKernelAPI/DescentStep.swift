/// A step of stochastic gradient descent over `count` contiguous weights: `v = momentum · v + g + decay · w`, then
/// `w − rate · v`, or in Nesterov's form `w − rate · (g + decay · w + momentum · v)`.
public struct DescentStep: MicroKernelCall {
  /// Before the step.
  public var weights: UnsafePointer<Float>
  /// Of the loss.
  public var gradient: UnsafePointer<Float>
  /// Before the step; nil: there is no momentum.
  public var velocity: UnsafePointer<Float>?
  /// After the step; may be `weights`.
  public var output: UnsafeMutablePointer<Float>
  /// After the step, where there is one; may be `velocity`.
  public var newVelocity: UnsafeMutablePointer<Float>?
  /// How many weights there are.
  public var count = 0
  /// The learning rate.
  public var rate: Float = 0
  /// What remains of the velocity.
  public var momentum: Float = 0
  /// What is added of a weight to its gradient.
  public var decay: Float = 0
  /// Whether the gradient is taken where the velocity leads.
  public var isNesterov = false

  /// The rates are set afterwards.
  public init(
    weights: UnsafePointer<Float>, gradient: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>,
    count: Int
  ) {
    self.weights = weights
    self.gradient = gradient
    self.output = output
    self.count = count
  }

  /// Calls `code.descentStep`.
  @inlinable public static func run(_ work: UnsafePointer<Self>, by code: any MicroCode.Type) {
    code.descentStep(work)
  }
}
