import Tensors

extension Add: Differentiable {
  /// Each term's is the sum's.
  public func addGradients(to gradients: inout GradientBuilder) throws(OperatorError) {
    for input in 0..<2 { gradients.give(input: input, gradients.gradient()) }
  }
}

extension Scale: Differentiable {
  /// The image's is the result's times the gate; the gate's is one `GateGradient`.
  public func addGradients(to gradients: inout GradientBuilder) throws(OperatorError) {
    let dy = gradients.gradient()
    if gradients.wants(0) {
      gradients.give(input: 0, gradients.add("data", self, dy, gradients.keep(.input(1))))
    }
    guard gradients.wants(1) else { return }
    let op = GateGradient(self, gate: gradients.inputs[1])
    gradients.give(input: 1, gradients.add("gate", op, gradients.keep(.input(0)), dy))
  }
}

/// The gradient of a gate: the sum of `in · gradient` over what the gate's value multiplied, a plane or all channels of a
/// pixel.
/// - Shapes: `input` and `gradient` N×C×H×W, `output` as the gate.
/// - Cost: a multiplication and an addition for each element but the first of each sum.
public struct GateGradient: Operator {
  /// What one value of the gate multiplies.
  public let gate: Scale.Gate
  /// Type of the gate.
  public let type: TensorType

  /// - Parameter type: of the gate.
  public init(_ scale: Scale, gate type: TensorType) { (gate, self.type) = (scale.gate, type) }

  /// No workload text begins with it.
  public var keyword: String { "\(gate.rawValue)-gate-gradient" }
  /// The image and the gradient of the result.
  public var inputCount: Int { 2 }
  /// Sums of products of integers are integers.
  public var isExactOnIntegers: Bool { true }

  /// The gate.
  public func outputs(_ inputs: [TensorType]) throws(OperatorError) -> [TensorType] {
    guard inputs.count == 2, inputs[0] == inputs[1] else {
      throw OperatorError("\(keyword) takes an image and a gradient of one shape")
    }
    _ = try Scale(gate).outputs([inputs[0], type])
    return [type]
  }

  /// 2 for each element, less one addition for each value of the gate.
  public func cost(_ inputs: [TensorType]) throws(OperatorError) -> Cost {
    Cost(
      others: 2 * inputs[0].count - type.count, inputs: inputs, weights: [], outputs: try outputs(inputs))
  }
}

extension Concat: Differentiable {
  /// Each input's is a slice of the result's.
  public func addGradients(to gradients: inout GradientBuilder) throws(OperatorError) {
    var first = 0
    for (index, input) in gradients.inputs.enumerated() {
      if gradients.wants(index) {
        let slice = ChannelSlice(first: first, count: input.c)
        gradients.give(input: index, gradients.add("data\(index)", slice, gradients.gradient()))
      }
      first += input.c
    }
  }
}

/// Some neighbouring channels of an image. No arithmetic.
/// - Shapes: `input` N×C×H×W, `output` N×count×H×W.
public struct ChannelSlice: Operator {
  /// The first channel.
  public let first: Int
  /// How many there are.
  public let count: Int

  /// - Precondition: there is at least one.
  public init(first: Int, count: Int) {
    precondition(first >= 0 && count > 0, "\(count) channels from \(first)")
    (self.first, self.count) = (first, count)
  }

  /// No workload text begins with it.
  public var keyword: String { "channel-slice" }
  /// Values are copied.
  public var isExactOnIntegers: Bool { true }

  /// N×count×H×W.
  public func outputs(_ inputs: [TensorType]) throws(OperatorError) -> [TensorType] {
    let input = try images(inputs, keyword)
    guard first + count <= input.c else {
      throw OperatorError("channels \(first)..<\(first + count) are not all among the \(input.c) of \(input)")
    }
    return [TensorType(input.n, count, input.h, input.w)]
  }

  /// No arithmetic.
  public func cost(_ inputs: [TensorType]) throws(OperatorError) -> Cost {
    Cost(others: 0, inputs: inputs, weights: [], outputs: try outputs(inputs))
  }
}

extension Subsample: Differentiable {
  /// One `SubsampleGradient`.
  public func addGradients(to gradients: inout GradientBuilder) throws(OperatorError) {
    let op = SubsampleGradient(self, input: gradients.inputs[0])
    gradients.give(input: 0, gradients.add("data", op, gradients.gradient()))
  }
}

/// The gradient of `Subsample`'s input: that of its copy for a pixel that is kept, 0 for all others.
/// - Shapes: `gradient` as the output of `Subsample`, `output` as its input.
public struct SubsampleGradient: Operator {
  /// What was computed forward.
  public let op: Subsample
  /// Its input.
  public let input: TensorType

  /// - Parameter input: type of the input of `op`.
  public init(_ op: Subsample, input: TensorType) { (self.op, self.input) = (op, input) }

  /// No workload text begins with it.
  public var keyword: String { "subsample-gradient" }
  /// Values are copied.
  public var isExactOnIntegers: Bool { true }

  /// The input of `op`.
  public func outputs(_ inputs: [TensorType]) throws(OperatorError) -> [TensorType] {
    try checkGradient([input] + inputs, of: op, after: 1)
    return [input]
  }

  /// No arithmetic.
  public func cost(_ inputs: [TensorType]) throws(OperatorError) -> Cost {
    Cost(others: 0, inputs: inputs, weights: [], outputs: try outputs(inputs))
  }
}
