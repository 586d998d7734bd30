import Tensors

/// A pool over windows of a plane.
public protocol WindowPool: Operator {
  /// Maximum or mean.
  var kind: Pool2D.Kind { get }
  /// Distance of a window's neighbouring taps.
  var dilation: Pair { get }
  /// The windows of every output row and every output column.
  /// - Precondition: the pool has an output for these extents.
  func windows(height: Int, width: Int) -> (rows: [PoolWindow], columns: [PoolWindow])
}

extension WindowPool {
  /// The mean's needs no value of the forward pass, the maximum's the input.
  public func addGradients(to gradients: inout GradientBuilder) throws(OperatorError) {
    let dy = gradients.gradient()
    switch kind {
    case .max:
      let x = gradients.keep(.input(0))
      gradients.give(input: 0, gradients.add("data", MaximumGradient(self), x, dy))
    case .avg:
      gradients.give(input: 0, gradients.add("data", MeanGradient(self, input: gradients.inputs[0]), dy))
    }
  }
}

extension Pool2D: WindowPool, Differentiable {}

extension GlobalPool: WindowPool, Differentiable {
  /// The only window has no gaps.
  public var dilation: Pair { Pair(1) }

  /// One window: the plane.
  public func windows(height: Int, width: Int) -> (rows: [PoolWindow], columns: [PoolWindow]) {
    (
      [PoolWindow(first: 0, count: height, divisor: height)],
      [PoolWindow(first: 0, count: width, divisor: width)]
    )
  }
}

extension AdaptivePool: WindowPool, Differentiable {
  /// Always a mean.
  public var kind: Pool2D.Kind { .avg }
  /// Windows have no gaps.
  public var dilation: Pair { Pair(1) }

  /// As many as `extent` says.
  public func windows(height: Int, width: Int) -> (rows: [PoolWindow], columns: [PoolWindow]) {
    func along(_ size: Int, _ outputs: Int) -> [PoolWindow] {
      AdaptivePool.windows(size, outputs).map {
        PoolWindow(first: $0.lowerBound, count: $0.count, divisor: $0.count)
      }
    }
    return (along(height, extent.h), along(width, extent.w))
  }
}

/// The gradient of a maximum's input: each window's gradient goes to its largest element, the first of several in row-major
/// order; of several NaN to the last. Overlapping windows add up.
/// - Shapes: `input` N×C×H×W, `gradient` as the pool's output, `output` as the input.
/// - Cost: the comparisons of the pool, one addition for each window.
/// - Source: PyTorch's `max_pool2d` and, for whole planes, `F.max_pool2d`, which CBAM's authors call.
public struct MaximumGradient: Operator {
  /// The pool.
  public let pool: any WindowPool

  /// The gradient of a maximum.
  /// - Precondition: the pool takes the maximum.
  public init(_ pool: any WindowPool) {
    precondition(pool.kind == .max, "\(pool.text) is no maximum")
    self.pool = pool
  }

  /// No workload text begins with it.
  public var keyword: String { "\(pool.keyword)-max-gradient" }
  /// The pool's input and the gradient of its output.
  public var inputCount: Int { 2 }
  /// Gradients are copied and added.
  public var isExactOnIntegers: Bool { true }

  /// The input.
  public func outputs(_ inputs: [TensorType]) throws(OperatorError) -> [TensorType] {
    try checkGradient(inputs, of: pool, after: 1)
    return [inputs[0]]
  }

  /// Finding the maximum again, and an addition for each window.
  public func cost(_ inputs: [TensorType]) throws(OperatorError) -> Cost {
    let (outputs, forward) = (try outputs(inputs), try pool.cost([inputs[0]]))
    return Cost(others: forward.flops + inputs[1].count, inputs: inputs, weights: [], outputs: outputs)
  }

  public static func == (a: Self, b: Self) -> Bool { AnyHashable(a.pool) == AnyHashable(b.pool) }
  public func hash(into hasher: inout Hasher) { hasher.combine(AnyHashable(pool)) }
}

/// The gradient of a mean's input: each window's gradient, divided as the mean was, goes to all its elements; overlapping
/// windows add up.
/// - Shapes: `gradient` as the pool's output, `output` N×C×H×W.
/// - Cost: one division for each window, one addition for each of its taps.
public struct MeanGradient: Operator {
  /// The pool.
  public let pool: any WindowPool
  /// What the pool takes.
  public let input: TensorType

  /// - Parameter input: type of the pool's input.
  /// - Precondition: the pool takes the mean.
  public init(_ pool: any WindowPool, input: TensorType) {
    precondition(pool.kind == .avg, "\(pool.text) is no mean")
    (self.pool, self.input) = (pool, input)
  }

  /// No workload text begins with it.
  public var keyword: String { "\(pool.keyword)-avg-gradient" }

  /// The pool's input.
  public func outputs(_ inputs: [TensorType]) throws(OperatorError) -> [TensorType] {
    try checkGradient([input] + inputs, of: pool, after: 1)
    return [input]
  }

  /// Nominal for `pool`, whose windows count as if they were whole, as its own cost does.
  public func cost(_ inputs: [TensorType]) throws(OperatorError) -> Cost {
    let (outputs, forward) = (try outputs(inputs), try pool.cost([input]))
    return Cost(others: forward.flops, inputs: inputs, weights: [], outputs: outputs)
  }

  public static func == (a: Self, b: Self) -> Bool {
    AnyHashable(a.pool) == AnyHashable(b.pool) && a.input == b.input
  }
  public func hash(into hasher: inout Hasher) { hasher.combine(AnyHashable(pool)) }
}

extension ChannelPool: Differentiable {
  /// One `ChannelPoolGradient`.
  public func addGradients(to gradients: inout GradientBuilder) throws(OperatorError) {
    let x = gradients.keep(.input(0))
    gradients.give(input: 0, gradients.add("data", ChannelPoolGradient(), x, gradients.gradient()))
  }
}

/// The gradient of `ChannelPool`'s input: that of the maximum goes to the first channel that has it (of several NaN to the
/// first), that of the mean, divided by C, to all.
/// - Shapes: `input` N×C×H×W, `gradient` N×2×H×W, `output` as the input.
/// - Cost: for each pixel C − 1 comparisons, a division, and C additions or copies.
/// - Source: PyTorch's `torch.max(x, 1)`.
public struct ChannelPoolGradient: Operator {
  /// It has no parameters.
  public init() {}
  /// No workload text begins with it.
  public var keyword: String { "channelpool-gradient" }
  /// The pool's input and the gradient of its output.
  public var inputCount: Int { 2 }

  /// The input.
  public func outputs(_ inputs: [TensorType]) throws(OperatorError) -> [TensorType] {
    try checkGradient(inputs, of: ChannelPool(), after: 1)
    return [inputs[0]]
  }

  /// 2·C operations for each pixel, copies aside.
  public func cost(_ inputs: [TensorType]) throws(OperatorError) -> Cost {
    let outputs = try outputs(inputs)
    let others = inputs[0].n * inputs[0].plane * (inputs[0].c + 1)
    return Cost(others: others, inputs: inputs, weights: [], outputs: outputs)
  }
}
