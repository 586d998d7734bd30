import Tensors

/// Two-dimensional cross-correlation:
/// `out[n,o,y,x] = bias[o] + Σ_{c,i,j} in[n, g·C/G + c, y·s − p + i·d, x·s − p + j·d] · w[o,c,i,j]`, zero outside the image.
/// 1×1, grouped (ResNeXt's cardinality) and depthwise (groups = C) convolution are cases of it.
/// - Shapes: `input` N×C×H×W, `weight` O×C/G×KH×KW, `output` N×O×OH×OW with
///   `OH = ⌊(H + p − d·(KH − 1) − 1) / s⌋ + 1`, p being the padding above and below together.
/// - Cost: N·O·OH·OW·C/G·KH·KW multiply-adds, one addition per output for the bias.
/// - Source: Dumoulin & Visin 2016, arXiv:1603.07285; groups: Xie et al. 2017, arXiv:1611.05431.
public struct Conv2D: Spelled {
  /// The word in a workload text.
  public static let keyword = "conv"
  /// A common 3×3, a stride with uneven padding, and a depthwise one.
  public static let examples = [
    "conv:out=64,k=3,p=1@1x32x28x28", "conv:out=32,k=3,s=2,p=0x0x1x1@1x16x28x28",
    "conv:out=32,k=3,p=1,g=32@1x32x28x28",
  ]
  /// As exact as its activation: sums of products of integers are integers.
  public var isExactOnIntegers: Bool { activation.isExactOnIntegers }
  /// O, all groups together.
  public var outputChannels: Int
  /// Taps of a window.
  public var kernel: Pair
  /// Distance of neighbouring windows, in pixels.
  public var stride: Pair
  /// Rows and columns of zeros around the image.
  public var padding: Padding
  /// Distance of a window's neighbouring taps, in pixels.
  public var dilation: Pair
  /// G: output channels of one group see only that group's C/G input channels.
  public var groups: Int
  /// Whether each output channel has an addend.
  public var bias: Bool
  /// What is applied to each output, last.
  public var activation: Activation

  /// - Precondition: all extents are positive, padding is not negative.
  public init(
    out outputChannels: Int, kernel: Pair = Pair(1), stride: Pair = Pair(1), padding: Padding = Padding(0),
    dilation: Pair = Pair(1), groups: Int = 1, bias: Bool = true, activation: Activation = .none
  ) {
    precondition(
      outputChannels > 0 && groups > 0, "out \(outputChannels) and groups \(groups) must be positive")
    requireWindow(kernel, stride: stride, padding: padding, dilation: dilation)
    self.outputChannels = outputChannels
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    self.groups = groups
    self.bias = bias
    self.activation = activation
  }

  /// Reads `out`, which is required, `k`, `s`, `p`, `d`, `g`, `bias` and `act`.
  public init(_ a: inout Attributes) throws(OperatorError) {
    outputChannels = try a.int("out")
    kernel = try a.pair("k", default: 1)
    stride = try a.pair("s", default: 1)
    padding = try a.padding("p")
    dilation = try a.pair("d", default: 1)
    groups = try a.int("g", default: 1)
    bias = try a.flag("bias", default: true)
    activation = try a.word("act", default: .none)
  }

  /// Every key, but `act` only where there is an activation.
  public var attributes: [Attribute] {
    let list = [
      Attribute("out", outputChannels), Attribute("k", kernel), Attribute("s", stride),
      Attribute("p", padding),
      Attribute("d", dilation), Attribute("g", groups), Attribute("bias", bias),
    ]
    return activation == .none ? list : list + [Attribute("act", activation.rawValue)]
  }

  /// N×O×OH×OW.
  /// - Throws: `OperatorError` if the groups do not divide the channels or the window does not fit.
  public func outputs(_ inputs: [TensorType]) throws(OperatorError) -> [TensorType] {
    let input = try images(inputs, keyword)
    try checkGroups(groups, input, outputChannels)
    let h = Conv2D.extent(input.h + padding.vertical, kernel.h, stride.h, dilation.h)
    let w = Conv2D.extent(input.w + padding.horizontal, kernel.w, stride.w, dilation.w)
    guard let h, let w else {
      throw OperatorError(
        "the kernel \(kernel) with dilation \(dilation) is larger than the padded image of \(input), padding \(padding)"
      )
    }
    return [try numbers([input.n, outputChannels, h, w])]
  }

  /// Filters, one per output channel, and kernels: a filter is a stack of one kernel per input channel of its group.
  public func filters(_ input: TensorType) -> (filters: Int, kernels: Int) {
    (outputChannels, outputChannels * (input.c / groups))
  }

  /// Output extent along one axis, nil if the window does not fit.
  /// - Parameter size: with the padding.
  static func extent(_ size: Int, _ kernel: Int, _ stride: Int, _ dilation: Int) -> Int? {
    let span = size - dilation * (kernel - 1) - 1
    return span < 0 ? nil : span / stride + 1
  }

  /// `weight` of O×C/G×KH×KW and, with a bias, `bias` of O.
  public func weights(_ inputs: [TensorType]) throws(OperatorError) -> [Weight] {
    let input = try images(inputs, keyword)
    let extents = [outputChannels, max(input.c / groups, 1), kernel.h, kernel.w]
    let weight = Weight("weight", try shape(extents), .weight, fanIn: try product(Array(extents.dropFirst())))
    return bias ? [weight, Weight("bias", Shape(outputChannels), .bias)] : [weight]
  }

  /// `macsInside` leaves out taps that fall on padding; the activation counts with `Activation.operations`.
  public func cost(_ inputs: [TensorType]) throws(OperatorError) -> Cost {
    let (input, output) = (inputs[0], try output(inputs))
    let perTap = [input.n, outputChannels, input.c / groups]
    let inside = try product(
      perTap + [
        Conv2D.tapsInside(input.h, output.h, kernel.h, stride.h, padding.top, dilation.h),
        Conv2D.tapsInside(input.w, output.w, kernel.w, stride.w, padding.left, dilation.w),
      ])
    let others = try product([output.count, (bias ? 1 : 0) + activation.operations])
    return Cost(
      macs: try product(perTap + [output.h, output.w, kernel.h, kernel.w]), macsInside: inside,
      others: others,
      inputs: inputs,
      weights: try weights(inputs), outputs: [output])
  }

  /// Pairs of output position and tap along one axis whose tap lies inside the image.
  static func tapsInside(
    _ size: Int, _ outputs: Int, _ kernel: Int, _ stride: Int, _ padding: Int, _ dilation: Int
  ) -> Int {
    (0..<kernel).reduce(0) { total, tap in
      // 0 ≤ y·stride − padding + tap·dilation < size
      let offset = tap * dilation - padding
      let first = offset >= 0 ? 0 : (-offset + stride - 1) / stride
      let last = size - 1 - offset < 0 ? -1 : min(outputs - 1, (size - 1 - offset) / stride)
      return total + max(0, last - first + 1)
    }
  }
}
