import Kernels
import Operators
import Support
import Tensors
import Testing

/// Gradients that are copies. Flaws they would catch: channels of another image, a row that is not cleared, every second value
/// one place off.
@Suite struct SliceLaws {
  @Test(arguments: [Shape(1, 5, 1, 1), Shape(3, 5, 2, 3), Shape(2, 7, 50, 61)])
  func channels(shape: Shape) throws {
    for (first, count) in [(0, 1), (0, shape.c), (2, 3), (shape.c - 1, 1)] {
      try expectTheReference(ChannelSlice(first: first, count: count), [.filled(shape)])
    }
  }

  @Test(
    arguments: [
      Shape(1, 1, 1, 1), Shape(2, 3, 1, 9), Shape(1, 3, 9, 1), Shape(2, 2, 15, 70), Shape(1, 3, 28, 28),
      Shape(1, 2, 8, 131),
    ], 1...4)
  func pixelsApart(shape: Shape, stride: Int) throws {
    for channels in [shape.c, shape.c + 1, 3 * shape.c] {
      let op = Subsample(out: channels, stride: stride)
      let gradient = try Tensor<Float>.filled(try op.output([shape]))
      try expectTheReference(SubsampleGradient(op, input: TensorType(shape)), [gradient])
    }
  }
}
