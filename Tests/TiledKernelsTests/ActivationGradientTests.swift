import Kernels
import Operators
import Support
import Tensors
import Testing

/// Gradients of activations. Flaws they would catch: a NaN that is taken for a negative value, an edge on the wrong side, an
/// exponential that is cut off, a rest that is left out.
@Suite struct ActivationGradientTests {
  static let all: [Activation] = [.relu, .relu6, .sigmoid, .silu, .hardSigmoid, .hardSwish]

  /// Corners of the functions, where an exponential is cut off, and values that are no numbers.
  private static let awkward: [Float] = [
    0, -0.0, 0x1p-140, -0x1p-140, 3, -3, 2.9999998, -2.9999998, 6, 6.0000005, 5.9999995, 1, 0.99999994, 88,
    -87, -88, -88.5, -104, -1e4, 1e4, .infinity, -.infinity, .nan, 0.5, -0.5, -1.2784645,
  ]

  /// Every value in every place of a vector and of the rest after it.
  @Test(arguments: all, [1, 5, 33, 70])
  func awkwardValues(activation: Activation, count: Int) throws {
    let (kept, dy) = (try Tensor<Float>(Shape(count)), try Tensor<Float>.filled(Shape(count), seed: 3))
    for shift in Self.awkward.indices {
      kept.assign((0..<count).map { Self.awkward[($0 + shift) % Self.awkward.count] })
      try expectTheOracle(ActivationGradient(activation), [kept, dy])
    }
  }

  /// Several tiles; gradients that are no numbers reach their own places alone.
  @Test(arguments: all, [Filling.dense, .nan, .infinities])
  func severalTiles(activation: Activation, filling: Filling) throws {
    let shape = Shape(2, 3, 53, 67)
    try expectTheOracle(
      ActivationGradient(activation), [.filled(shape), .filled(shape, filling, seed: 3)])
  }
}
