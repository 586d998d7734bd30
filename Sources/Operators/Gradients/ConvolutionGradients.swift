import Tensors

extension Conv2D: Differentiable {
  /// The data gradient is a transposed convolution with the same weights, the weight gradient a correlation of the image with
  /// the output's gradient, the bias gradient a sum over each channel.
  public func addGradients(to gradients: inout GradientBuilder) throws(OperatorError) {
    let dy = gradients.gradient()
    if gradients.wants(0) {
      gradients.give(
        input: 0, gradients.add("data", try dataGradient(gradients.inputs[0]), dy, weights: "weight"))
    }
    guard gradients.wanted.weights else { return }
    let image = gradients.keep(.input(0))
    gradients.give(weight: "weight", gradients.add("weights", ConvWeightGradient(self), image, dy))
    if bias { gradients.give(weight: "bias", gradients.add("bias", ChannelSum(), dy)) }
  }

  /// The transposed convolution that leads from the gradient of the output back to an image of this type.
  func dataGradient(_ image: TensorType) throws(OperatorError) -> ConvTranspose2D {
    let output = try output([image])
    func rest(_ size: Int, _ axis: KeyPath<Pair, Int>, _ outputs: Int) -> Int {
      size - dilation[keyPath: axis] * (kernel[keyPath: axis] - 1) - 1 - (outputs - 1) * stride[keyPath: axis]
    }
    return ConvTranspose2D(
      out: image.c, kernel: kernel, stride: stride, padding: padding,
      outputPadding: Pair(
        rest(image.h + padding.vertical, \.h, output.h), rest(image.w + padding.horizontal, \.w, output.w)),
      dilation: dilation, groups: groups, bias: false)
  }
}

extension Conv2D: Activated {
  /// The convolution alone.
  public var linear: Conv2D {
    var linear = self
    linear.activation = .none
    return linear
  }
}

extension ConvTranspose2D: Differentiable {
  /// The data gradient is a convolution with the same weights; in the weight gradient image and gradient change places.
  public func addGradients(to gradients: inout GradientBuilder) throws(OperatorError) {
    let (dy, conv) = (gradients.gradient(), convolution(gradients.inputs[0].c))
    guard try conv.output([gradients.outputs[0]]) == gradients.inputs[0] else {
      throw OperatorError(
        "\(text) has no gradient where op=\(outputPadding) is not below the stride s=\(stride)")
    }
    if gradients.wants(0) { gradients.give(input: 0, gradients.add("data", conv, dy, weights: "weight")) }
    guard gradients.wanted.weights else { return }
    let image = gradients.keep(.input(0))
    gradients.give(weight: "weight", gradients.add("weights", ConvWeightGradient(conv), dy, image))
    if bias { gradients.give(weight: "bias", gradients.add("bias", ChannelSum(), dy)) }
  }

  /// The convolution whose data gradient it is, for C input channels.
  private func convolution(_ channels: Int) -> Conv2D {
    Conv2D(
      out: channels, kernel: kernel, stride: stride, padding: padding, dilation: dilation, groups: groups,
      bias: false)
  }
}

/// The gradient of a convolution's weights:
/// `out[o,c,i,j] = Σ_{n,y,x} in[n, g·C/G + c, y·s − p + i·d, x·s − p + j·d] · gradient[n,o,y,x]`, zero outside the image.
/// - Shapes: `image` N×C×H×W, `gradient` N×O×OH×OW, `output` O×C/G×KH×KW.
/// - Cost: the multiply-adds of the convolution, N·O·OH·OW·C/G·KH·KW.
/// - Error: a sum of N·OH·OW products, in any order.
public struct ConvWeightGradient: Operator {
  /// The convolution without bias and activation.
  public let conv: Conv2D

  /// The weights' of this convolution; its bias has a gradient of its own.
  public init(_ conv: Conv2D) {
    var conv = conv.linear
    conv.bias = false
    self.conv = conv
  }

  /// No workload text begins with it.
  public var keyword: String { "conv-weight-gradient" }
  /// With the convolution's keys.
  public var text: String { "conv-weight-gradient" + conv.text.dropFirst(Conv2D.keyword.count) }
  /// The image and the gradient of the output.
  public var inputCount: Int { 2 }
  /// Sums of products of integers are integers.
  public var isExactOnIntegers: Bool { true }

  /// O×C/G×KH×KW.
  /// - Throws: `OperatorError` if the second input is not the convolution's output.
  public func outputs(_ inputs: [TensorType]) throws(OperatorError) -> [TensorType] {
    try checkGradient(inputs, of: conv, after: 1)
    return [try conv.weights([inputs[0]])[0].type]
  }

  /// The multiply-adds of the convolution, the same ones inside the image.
  public func cost(_ inputs: [TensorType]) throws(OperatorError) -> Cost {
    let (outputs, forward) = (try outputs(inputs), try conv.cost([inputs[0]]))
    return Cost(
      macs: forward.macs, macsInside: forward.macsInside, others: 0, inputs: inputs, weights: [],
      outputs: outputs)
  }
}

/// Refuses inputs whose last one is not the gradient of the output that the operator has for those before it.
func checkGradient(
  _ inputs: [TensorType], of op: any Operator, after count: Int
) throws(OperatorError) {
  guard inputs.count == count + 1 else {
    throw OperatorError("a gradient of \(op.keyword) takes \(count + 1) inputs, not \(inputs.count)")
  }
  let output = try op.output(Array(inputs[..<count]))
  guard inputs[count] == output else {
    throw OperatorError("a gradient of \(op.text) is \(output), not \(inputs[count])")
  }
}

/// The sum of each channel over all images and pixels: the gradient of a bias.
/// - Shapes: `input` N×C×…, `output` C.
/// - Cost: N·P − 1 additions for each channel of planes of P.
public struct ChannelSum: Operator {
  /// It has no parameters.
  public init() {}
  /// No workload text begins with it.
  public var keyword: String { "channel-sum" }
  /// A sum of integers is one.
  public var isExactOnIntegers: Bool { true }

  /// One value for each channel.
  public func outputs(_ inputs: [TensorType]) throws(OperatorError) -> [TensorType] {
    guard inputs.count == 1, inputs[0].rank >= 2 else {
      throw OperatorError("channel-sum takes 1 input of rank 2 or more")
    }
    try checkNumbers(inputs, keyword)
    return [TensorType(inputs[0].c)]
  }

  /// One addition for each element but the first of each channel.
  public func cost(_ inputs: [TensorType]) throws(OperatorError) -> Cost {
    let outputs = try outputs(inputs)
    return Cost(others: inputs[0].count - outputs[0].count, inputs: inputs, weights: [], outputs: outputs)
  }
}
