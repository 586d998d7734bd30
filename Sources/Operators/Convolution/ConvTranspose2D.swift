import Tensors

/// Transposed convolution, as `torch.nn.ConvTranspose2d` and ONNX's `ConvTranspose`: every input element adds its multiple of a
/// kernel to the output, kernels a stride apart:
/// `out[n,o,y,x] = bias[o] + Σ_{c,i,j} in[n, g·C/G + c, (y + p − i·d)/s, (x + p − j·d)/s] · w[g·C/G + c, o, i, j]`, for those i, j
/// whose divisions leave no rest and lead inside the input.
/// - Shapes: `input` N×C×H×W, `weight` C×O/G×KH×KW, `output` N×O×OH×OW with
///   `OH = (H − 1)·s − p + d·(KH − 1) + op + 1`, p being the padding above and below together.
/// - Cost: N·C·H·W·O/G·KH·KW multiply-adds, one addition per output for the bias. `macsInside` leaves out those that land
///   outside the output.
/// - Source: Zeiler et al. 2010 ("Deconvolutional networks"); Dumoulin & Visin 2016, arXiv:1603.07285, chapter 4.
public struct ConvTranspose2D: Spelled {
  /// The word in a workload text.
  public static let keyword = "conv-transpose"
  /// A 4×4 that doubles the extents.
  public static let examples = ["conv-transpose:out=16,k=4,s=2,p=1@1x32x14x14"]
  /// True: it only multiplies and adds.
  public var isExactOnIntegers: Bool { true }
  /// O, all groups together.
  public var outputChannels: Int
  /// Elements of a kernel.
  public var kernel: Pair
  /// Distance, in the output, of the kernels of neighbouring input elements.
  public var stride: Pair
  /// Rows and columns that are cut off the output.
  public var padding: Padding
  /// Rows and columns added after the output, which several extents could have led to.
  public var outputPadding: Pair
  /// Distance, in the output, of a kernel's neighbouring elements.
  public var dilation: Pair
  /// G: input channels of one group add to that group's O/G output channels only.
  public var groups: Int
  /// Whether each output channel has an addend.
  public var bias: Bool

  /// - Precondition: all extents are positive, padding is not negative.
  public init(
    out outputChannels: Int, kernel: Pair = Pair(1), stride: Pair = Pair(1),
    padding: Padding = Padding(0),
    outputPadding: Pair = Pair(0), dilation: Pair = Pair(1), groups: Int = 1, bias: Bool = true
  ) {
    precondition(
      outputChannels > 0 && groups > 0, "out \(outputChannels) and groups \(groups) must be positive")
    requireWindow(kernel, stride: stride, padding: padding, dilation: dilation)
    precondition(
      min(outputPadding.h, outputPadding.w) >= 0, "output padding \(outputPadding) must not be negative")
    self.outputChannels = outputChannels
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.outputPadding = outputPadding
    self.dilation = dilation
    self.groups = groups
    self.bias = bias
  }

  /// Reads `out`, which is required, `k`, `s`, `p`, `op`, `d`, `g` and `bias`.
  public init(_ a: inout Attributes) throws(OperatorError) {
    outputChannels = try a.int("out")
    kernel = try a.pair("k", default: 1)
    stride = try a.pair("s", default: 1)
    padding = try a.padding("p")
    outputPadding = try a.pair("op", default: 0, minimum: 0)
    dilation = try a.pair("d", default: 1)
    groups = try a.int("g", default: 1)
    bias = try a.flag("bias", default: true)
  }

  /// Every key.
  public var attributes: [Attribute] {
    [
      Attribute("out", outputChannels), Attribute("k", kernel), Attribute("s", stride),
      Attribute("p", padding), Attribute("op", outputPadding), Attribute("d", dilation),
      Attribute("g", groups), Attribute("bias", bias),
    ]
  }

  /// N×O×OH×OW.
  /// - Throws: `OperatorError` if the groups do not divide the channels, nothing is left of the output, or
  ///   `outputPadding` could have been a larger input.
  public func outputs(_ inputs: [TensorType]) throws(OperatorError) -> [TensorType] {
    let input = try images(inputs, keyword)
    try checkGroups(groups, input, outputChannels)
    guard outputPadding.h < max(stride.h, dilation.h), outputPadding.w < max(stride.w, dilation.w) else {
      throw OperatorError(
        "output padding op=\(outputPadding) must be below the stride s=\(stride) or the dilation d=\(dilation)"
      )
    }
    let (h, w) = (try extent(input.h, \.h, padding.vertical), try extent(input.w, \.w, padding.horizontal))
    guard h > 0, w > 0 else {
      throw OperatorError("the padding p=\(padding) leaves nothing of the output for \(input)")
    }
    return [try numbers([input.n, outputChannels, h, w])]
  }

  private func extent(_ size: Int, _ axis: KeyPath<Pair, Int>, _ padding: Int) throws(OperatorError) -> Int {
    let last = try product([size - 1, stride[keyPath: axis]])
    let reach = dilation[keyPath: axis] * (kernel[keyPath: axis] - 1)
    return last + reach + 1 + outputPadding[keyPath: axis] - padding
  }

  /// `weight` of C×O/G×KH×KW, input channels first as in PyTorch, and, with a bias, `bias` of O.
  public func weights(_ inputs: [TensorType]) throws(OperatorError) -> [Weight] {
    let input = try images(inputs, keyword)
    let extents = [input.c, max(outputChannels / groups, 1), kernel.h, kernel.w]
    // An output sums up about every s-th tap of each axis.
    let taps = [
      max(input.c / groups, 1), (kernel.h + stride.h - 1) / stride.h, (kernel.w + stride.w - 1) / stride.w,
    ]
    let weight = Weight("weight", try shape(extents), .weight, fanIn: try product(taps))
    return bias ? [weight, Weight("bias", Shape(outputChannels), .bias)] : [weight]
  }

  /// The multiply-adds of the convolution whose gradient it is.
  public func cost(_ inputs: [TensorType]) throws(OperatorError) -> Cost {
    let (input, output) = (inputs[0], try output(inputs))
    let perTap = [input.n, input.c, outputChannels / groups]
    // Input and output have changed places: tap i of input row y lands at y·s − p + i·d.
    let inside = try product(
      perTap + [
        Conv2D.tapsInside(output.h, input.h, kernel.h, stride.h, padding.top, dilation.h),
        Conv2D.tapsInside(output.w, input.w, kernel.w, stride.w, padding.left, dilation.w),
      ])
    return Cost(
      macs: try product(perTap + [input.h, input.w, kernel.h, kernel.w]), macsInside: inside,
      others: bias ? output.count : 0, inputs: inputs, weights: try weights(inputs), outputs: [output])
  }
}
