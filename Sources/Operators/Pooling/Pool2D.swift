import Tensors

/// Maximum or mean over windows of a plane, as `torch.nn.MaxPool2d` and `AvgPool2d` define them; a dilated mean as ONNX's
/// `AveragePool` does.
/// - Shapes: `input` N×C×H×W, `output` N×C×OH×OW with `OH = ⌊(H + p − d·(k − 1) − 1) / s⌋ + 1` with the padding p above and below together, rounded up in ceil mode
///   unless the last window would start after the image and its left padding.
/// - Cost: k·k − 1 comparisons or additions per output, nominal, and a division for the mean; no parameters.
/// - Error: the maximum is exact and NaN if any element is, −∞ if none is inside the image; the mean `≤ k² · ε · mean|in|`.
public struct Pool2D: Spelled {
  /// What is made of a window.
  public enum Kind: String, Sendable, CaseIterable {
    /// Its largest element, NaN if there is one; or its mean.
    case max, avg
  }

  /// The word in a workload text.
  public static let keyword = "pool"
  /// The pool of a residual network's stem, and a mean with padding below and right.
  public static let examples = [
    "pool:type=max,k=3,s=2,p=1@1x64x28x28", "pool:type=avg,k=2,s=2,p=0x0x1x1,ceil=0@1x16x13x13",
  ]
  /// True of the maximum; a mean divides.
  public var isExactOnIntegers: Bool { kind == .max }
  /// Maximum or mean.
  public var kind: Kind
  /// Taps of a window.
  public var window: Pair
  /// Distance of neighbouring windows, in pixels.
  public var stride: Pair
  /// Rows and columns around the image: −∞ to a maximum, zeros that may not count to a mean.
  public var padding: Padding
  /// Distance of a window's neighbouring taps.
  public var dilation: Pair
  /// Whether the last window may reach beyond the padded image.
  public var ceilMode: Bool
  /// Whether padding counts in the divisor of the mean.
  public var countPadding: Bool

  /// - Parameter stride: the window if nil, so that windows touch.
  public init(
    _ kind: Kind, window: Pair, stride: Pair? = nil, padding: Padding = Padding(0), dilation: Pair = Pair(1),
    ceilMode: Bool = false, countPadding: Bool = false
  ) {
    requireWindow(window, stride: stride ?? window, padding: padding, dilation: dilation)
    self.kind = kind
    self.window = window
    self.stride = stride ?? window
    self.padding = padding
    self.dilation = dilation
    self.ceilMode = ceilMode
    self.countPadding = countPadding
  }

  /// Reads `type`, `k`, `s`, `p`, `d`, `ceil` and `countpad`.
  public init(_ a: inout Attributes) throws(OperatorError) {
    kind = try a.word("type", default: .max)
    window = try a.pair("k", default: 2)
    // As in PyTorch, the stride is the window unless said.
    stride = try a.optionalPair("s") ?? window
    padding = try a.padding("p")
    dilation = try a.pair("d", default: 1)
    ceilMode = try a.flag("ceil", default: false)
    countPadding = try a.flag("countpad", default: false)
  }

  /// Every key, but `d` only where taps are apart.
  public var attributes: [Attribute] {
    [
      Attribute("type", kind.rawValue), Attribute("k", window), Attribute("s", stride),
      Attribute("p", padding),
    ] + (dilation == Pair(1) ? [] : [Attribute("d", dilation)])
      + [Attribute("ceil", ceilMode), Attribute("countpad", countPadding)]
  }

  /// N×C×OH×OW.
  /// - Throws: `OperatorError` if padding exceeds half the window, the window does not fit, or a mean would have no
  ///   element.
  public func outputs(_ inputs: [TensorType]) throws(OperatorError) -> [TensorType] {
    let input = try images(inputs, keyword)
    guard max(padding.top, padding.bottom) * 2 <= window.h,
      max(padding.left, padding.right) * 2 <= window.w
    else {
      throw OperatorError("padding p=\(padding) of pool must be at most half the window k=\(window)")
    }
    let (axes, spread) = (axes, dilation == Pair(1) ? "" : " with dilation \(dilation)")
    guard let h = axes.h.outputs(input.h), let w = axes.w.outputs(input.w) else {
      throw OperatorError(
        "the window \(window)\(spread) is larger than the padded image of \(input), padding \(padding)")
    }
    let result = try numbers([input.n, input.c, h, w])
    // Without dilation there is none: the padding is at most half the window.
    if kind == .avg, !countPadding, dilation != Pair(1),
      axes.h.missesImage(input.h) || axes.w.missesImage(input.w)
    {
      throw OperatorError(
        "somewhere the window \(window)\(spread) has no element of \(input) to take the mean of, padding \(padding)"
      )
    }
    return [result]
  }

  /// Nominal: every window counts as if it were whole.
  public func cost(_ inputs: [TensorType]) throws(OperatorError) -> Cost {
    let output = try output(inputs)
    let perOutput = try product([window.h, window.w]) - 1 + (kind == .avg ? 1 : 0)
    return Cost(
      others: try product([output.count, perOutput]), inputs: inputs, weights: [], outputs: [output])
  }
}
