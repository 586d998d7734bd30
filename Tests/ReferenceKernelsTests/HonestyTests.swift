import CLoops
import Kernels
import Measurement
import Operators
import ReferenceKernels
import Support
import Tensors
import Testing

/// The reference that speed-ups refer to takes at most 1.3 times as long as the same loops in C (-O2, not vectorised).
@Suite(.serialized) struct HonestyTests {
  @Test func convolution() throws {
    let conv = Conv2D(out: 16, kernel: Pair(3), padding: Pair(1), bias: false)
    let (shape, output) = (Shape(1, 16, 28, 28), Shape(1, 16, 28, 28))
    let weights = try Weights.filled(conv, [shape])
    var c = loops(shape, output, conv.kernel, conv.stride, conv.padding)
    try compare(conv, shape, weights) { cloops_convolve(&c, $0, weights["weight"].pointer, $1) }
  }

  @Test func maximumPool() throws {
    let pool = Pool2D(.max, window: Pair(3), stride: Pair(2), padding: Pair(1))
    let (shape, output) = (Shape(1, 16, 56, 56), Shape(1, 16, 28, 28))
    var c = loops(shape, output, pool.window, pool.stride, pool.padding)
    try compare(pool, shape, Weights([:])) { cloops_max_pool(&c, $0, $1) }
  }

  private func loops(_ input: Shape, _ output: Shape, _ kernel: Pair, _ stride: Pair, _ padding: Pair)
    -> cloops_shape
  {
    cloops_shape(
      N: input.n, C: input.c, H: input.h, W: input.w, O: output.c, OH: output.h, OW: output.w, KH: kernel.h,
      KW: kernel.w, stride_h: stride.h, stride_w: stride.w, pad_h: padding.h, pad_w: padding.w, dilation_h: 1,
      dilation_w: 1, groups: 1)
  }

  /// Shortest times of alternating calls: a neighbour can only make one longer, so more calls settle a doubt.
  private func compare(
    _ op: any Operator, _ shape: Shape, _ weights: Weights<Float>,
    _ loops: (UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void
  ) throws {
    let input = try Tensor<Float>.filled(shape)
    let (ours, theirs) = (try Tensor<Float>(op.output([shape])), try Tensor<Float>(op.output([shape])))
    let prepared = try ReferenceKernel().prepare(Task(op, [shape], weights: weights, isa: .baseline))
    let regions = prepared.bind([input], [ours], workspace: try Tensor<Float>(Shape(1)), threads: 1)
    let team = Team(threads: 1)
    var (reference, c) = (Double.infinity, Double.infinity)
    for round in 0..<400 {
      c = min(c, Clock.time { loops(input.pointer, theirs.pointer) }.value)
      reference = min(reference, Clock.time { team.run(regions) }.value)
      if round >= 20 && reference <= 1.2 * c { break }
    }
    #expect(ours.elements == theirs.elements)
    #expect(reference <= 1.3 * c, "\(reference * 1e6) µs against \(c * 1e6) µs of C")
    #expect(c <= 3 * reference, "the loops in C were not compiled as they should be")
  }
}
