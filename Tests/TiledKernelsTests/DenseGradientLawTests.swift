import Kernels
import Operators
import Support
import Tensors
import Testing

/// Gradients of dense layers. Integers: every order of a sum is exact. Flaws they would catch: weights that are not transposed, a
/// block of outputs or a panel of features that is left out, the rest of a row that reads beyond the tensor.
@Suite struct DenseGradientLaws {
  static let layers = [
    (1, 1, 1), (1, 3, 200), (2, 5, 7), (3, 14, 16), (5, 15, 32), (8, 100, 64), (9, 33, 97), (2, 130, 40),
    (70, 6, 65), (4, 29, 600),
  ]

  @Test(arguments: layers)
  func ofTheInput(images: Int, outputs: Int, features: Int) throws {
    let (dense, input) = (Dense(out: outputs), Shape(images, features))
    let op = DenseDataGradient(dense, input: TensorType(input))
    let gradient = try Tensor<Float>.filled(Shape(images, outputs), .integers)
    try expectTheReference(op, [gradient], .filled(op, [gradient.shape], .integers))
  }

  @Test(arguments: layers)
  func ofTheWeights(images: Int, outputs: Int, features: Int) throws {
    try expectTheReference(
      DenseWeightGradient(Dense(out: outputs)),
      [.filled(Shape(images, features), .integers), .filled(Shape(images, outputs), .integers, seed: 3)])
  }

  /// Features that are an image.
  @Test func images() throws {
    let (dense, shape) = (Dense(out: 20), Shape(3, 4, 5, 7))
    let gradient = try Tensor<Float>.filled(Shape(3, 20), .integers, seed: 3)
    try expectTheReference(DenseWeightGradient(dense), [.filled(shape, .integers), gradient])
    let op = DenseDataGradient(dense, input: TensorType(shape))
    try expectTheReference(op, [gradient], .filled(op, [gradient.shape], .integers))
  }
}
