import Operators
import Tensors

/// The same convolution over the same memory without what is in vain: taps that never meet the image are left out (a 3×3
/// kernel on maps of one pixel has one tap), and a plane of one column becomes a plane of one row, in which pixels have
/// neighbours. Padding after the image is whatever the output asks for.
struct ReducedConvolution: Sendable {
  private(set) var conv: Conv2D
  private(set) var input: Shape
  private(set) var output: Shape
  /// Of the original kernel.
  private let taps: (rows: Range<Int>, columns: Range<Int>)
  private let original: Pair

  init(_ original: Conv2D, _ inputs: [TensorType]) throws(OperatorError) {
    (conv, input, output) = (original, inputs[0].shape, try original.output(inputs).shape)
    self.original = original.kernel
    let (rows, columns) = (Self.axis(&conv, input.h, output.h, \.h), Self.axis(&conv, input.w, output.w, \.w))
    taps = (rows, columns)
    guard input.w == 1, output.w == 1, conv.kernel.w == 1, conv.padding.left == 0 else { return }
    for pair in [\Conv2D.kernel, \.stride, \.padding.before, \.dilation] {
      conv[keyPath: pair] = Pair(conv[keyPath: pair].w, conv[keyPath: pair].h)
    }
    (input, output) = (Shape(input.n, input.c, 1, input.h), Shape(output.n, output.c, 1, output.h))
  }

  /// The same with one row instead of a plane, where every pixel is taken, each alone.
  var flat: ReducedConvolution {
    guard conv.kernel == Pair(1), padsNothing, input.plane == output.plane else { return self }
    var flat = self
    flat.input = Shape(input.n, input.c, 1, input.plane)
    flat.output = Shape(output.n, output.c, 1, output.plane)
    return flat
  }

  /// Shortens the kernel along one axis; gives the taps that are left.
  private static func axis(
    _ conv: inout Conv2D, _ size: Int, _ outputs: Int, _ axis: WritableKeyPath<Pair, Int>
  ) -> Range<Int> {
    let (kernel, padding) = (conv.kernel[keyPath: axis], conv.padding.before[keyPath: axis])
    let (stride, dilation) = (conv.stride[keyPath: axis], conv.dilation[keyPath: axis])
    // 0 ≤ y · stride − padding + tap · dilation < size
    let meets = { (tap: Int) in
      let last = (outputs - 1) * stride - padding + tap * dilation
      return last >= 0 && tap * dilation - padding < size
    }
    let first = (0..<kernel).first(where: meets) ?? 0
    // Padding must not become negative.
    let kept = min(first, padding / dilation)
    let end = ((0..<kernel).last(where: meets) ?? kept) + 1
    conv.kernel[keyPath: axis] = end - kept
    conv.padding.before[keyPath: axis] = padding - kept * dilation
    if outputs == 1 { conv.stride[keyPath: axis] = 1 }
    if end - kept == 1 { conv.dilation[keyPath: axis] = 1 }
    return kept..<end
  }

  /// Whether every tap of every window lies inside the image.
  var padsNothing: Bool {
    func reach(_ outputs: Int, _ axis: KeyPath<Pair, Int>) -> Int {
      (outputs - 1) * conv.stride[keyPath: axis]
        + (conv.kernel[keyPath: axis] - 1) * conv.dilation[keyPath: axis]
    }
    return conv.padding.before == Pair(0) && reach(output.h, \.h) < input.h && reach(output.w, \.w) < input.w
  }

  /// Where the weights that are left lie among the original's of an output, `[channels][rows][columns]`; nil: all are left.
  func places(channels: Int) -> [Int]? {
    guard taps.rows.count < original.h || taps.columns.count < original.w else { return nil }
    return (0..<channels).flatMap { channel in
      taps.rows.flatMap { i in taps.columns.map { j in (channel * original.h + i) * original.w + j } }
    }
  }
}
