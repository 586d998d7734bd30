import Kernels
import MicroKernelAPI
import Operators
import Tensors

/// What both kernels for the gradient of a convolution's weights know of their task.
struct WeightGradientTask: Sendable {
  let conv: Conv2D
  let input: Shape
  let gradient: Shape
  let micro: MicroKernels

  /// Nil for any other operator.
  init?(_ op: any Operator, _ inputs: [TensorType], _ micro: MicroKernels) {
    guard let op = op as? ConvWeightGradient else { return nil }
    (conv, input, gradient, self.micro) = (op.conv, inputs[0].shape, inputs[1].shape, micro)
  }

  /// Input channels of a group.
  var channels: Int { input.c / conv.groups }
  /// Output channels of a group.
  var filters: Int { gradient.c / conv.groups }
  /// Taps of a channel.
  var taps: Int { conv.kernel.h * conv.kernel.w }
  /// Weights of a filter.
  var depth: Int { channels * taps }

  /// Whether every tap of every window lies inside the image.
  var padsNothing: Bool {
    conv.padding.before == Pair(0)
      && (gradient.h - 1) * conv.stride.h + (conv.kernel.h - 1) * conv.dilation.h < input.h
      && (gradient.w - 1) * conv.stride.w + (conv.kernel.w - 1) * conv.dilation.w < input.w
  }

  /// Where the input is read, zero-padded; planes are an odd number of lines apart.
  func canvas(slack: Int) -> Canvas { Canvas(conv, input: input, output: gradient, slack: slack) }

  /// Draws the channels of images.
  func draw(
    _ canvas: Canvas, _ image: UnsafePointer<Float>, images: Int, into target: UnsafeMutablePointer<Float>
  ) -> Region {
    Region("pad", tiles: images * input.c) { c, _ in
      canvas.draw(image + c * input.plane, into: target + c * canvas.plane, micro)
    }
  }
}
