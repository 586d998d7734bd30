import CLoops
import Kernels
import Operators
import Support
import Tensors
import Testing

/// The reference that speed-ups refer to takes at most 1.3 times as long as the same loops in C (-O2, not vectorised).
@Suite(.serialized) struct HonestyTests {
  @Test(arguments: [
    (Conv2D(out: 16, kernel: Pair(3), padding: Padding(1), bias: false), Shape(1, 16, 28, 28)),
    (Conv2D(out: 64, bias: false), Shape(1, 256, 7, 7)),
    (Conv2D(out: 32, kernel: Pair(3), padding: Padding(1), groups: 32, bias: false), Shape(1, 32, 28, 28)),
    (Conv2D(out: 8, kernel: Pair(7), stride: Pair(2), padding: Padding(3), bias: false), Shape(1, 3, 56, 56)),
  ])
  func convolution(conv: Conv2D, shape: Shape) throws {
    let weight = try Weights.filled(conv, [shape])
    var c = loops(shape, try conv.output([shape]), conv.kernel, conv.stride, conv.padding.before)
    c.groups = conv.groups
    let w = try weight["weight"].pointer
    try compareTimes(conv, shape, weight) { cloops_convolve(&c, $0[0], w, $1) }
  }

  @Test func dense() throws {
    let (dense, shape) = (Dense(out: 100), Shape(1, 2048))
    let weights = try Weights.filled(dense, [shape])
    var c = loops(shape, try dense.output([shape]))
    let (weight, bias) = (try weights["weight"].pointer, try weights["bias"].pointer)
    try compareTimes(dense, shape, weights) { cloops_dense(&c, $0[0], weight, bias, $1) }
  }

  @Test(arguments: [Pool2D.Kind.max, .avg])
  func pool(kind: Pool2D.Kind) throws {
    let (pool, shape) = (
      Pool2D(kind, window: Pair(3), stride: Pair(2), padding: Padding(1)), Shape(1, 16, 56, 56)
    )
    var c = loops(shape, try pool.output([shape]), pool.window, pool.stride, pool.padding.before)
    try compareTimes(pool, shape) {
      kind == .max ? cloops_max_pool(&c, $0[0], $1) : cloops_mean_pool(&c, $0[0], $1)
    }
  }

  @Test(arguments: [Pool2D.Kind.max, .avg])
  func globalPool(kind: Pool2D.Kind) throws {
    let (pool, shape) = (GlobalPool(kind), Shape(1, 64, 56, 56))
    var c = loops(shape, try pool.output([shape]))
    try compareTimes(pool, shape) {
      kind == .max ? cloops_plane_max(&c, $0[0], $1) : cloops_plane_mean(&c, $0[0], $1)
    }
  }

  @Test func channelPool() throws {
    let shape = Shape(1, 64, 28, 28)
    var c = loops(shape, shape)
    try compareTimes(ChannelPool(), shape) { cloops_channel_pool(&c, $0[0], $1) }
  }

  @Test func batchNorm() throws {
    let shape = Shape(1, 64, 28, 28)
    let weights = try Weights.filled(BatchNorm(), [shape])
    let (gamma, beta) = (try weights["weight"].pointer, try weights["bias"].pointer)
    let (mean, variance) = (try weights["mean"].pointer, try weights["variance"].pointer)
    var c = loops(shape, shape)
    try compareTimes(BatchNorm(), shape, weights) {
      cloops_batch_norm(&c, $0[0], gamma, beta, mean, variance, $1)
    }
  }

  @Test func elementwise() throws {
    let shape = Shape(1, 64, 28, 28)
    try compareTimes(ReLU(), shape) { cloops_relu(shape.count, $0[0], $1) }
    try compareTimes(Sigmoid(), shape) { cloops_sigmoid(shape.count, $0[0], $1) }
    try compareTimes(Add(), shape) { cloops_add(shape.count, $0[0], $0[1], $1) }
  }

  @Test(arguments: Scale.Gate.allCases)
  func scale(gate: Scale.Gate) throws {
    let shape = Shape(1, 64, 28, 28)
    var c = loops(shape, shape)
    try compareTimes(Scale(gate), shape) {
      gate == .channel
        ? cloops_scale_channels(&c, $0[0], $0[1], $1) : cloops_scale_pixels(&c, $0[0], $0[1], $1)
    }
  }

  private func loops(
    _ input: Shape, _ output: Shape, _ kernel: Pair = Pair(1), _ stride: Pair = Pair(1),
    _ padding: Pair = Pair(0)
  ) -> cloops_shape {
    cloops_shape(
      N: input.n, C: input.c, H: input.h, W: input.w, O: output.c, OH: output.h, OW: output.w, KH: kernel.h,
      KW: kernel.w, stride_h: stride.h, stride_w: stride.w, pad_h: padding.h, pad_w: padding.w, dilation_h: 1,
      dilation_w: 1, groups: 1)
  }
}
