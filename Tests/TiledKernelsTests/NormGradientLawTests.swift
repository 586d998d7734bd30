import Kernels
import Operators
import Support
import Tensors
import Testing
import TiledKernels

/// Batch norm in training and its gradient. Flaws they would catch: a part of a channel that is left out or counted twice, a mean of
/// another channel, squares around zero that lose a small variance beside a large mean.
@Suite struct NormGradientLaws {
  /// Planes of one value, below a vector, of whole vectors; channels that are cut by images, by pixels, and not at all.
  static let shapes = [
    Shape(2, 1, 1, 1), Shape(9, 5), Shape(70, 3), Shape(3, 7, 1, 5), Shape(2, 3, 3, 5), Shape(5, 33, 7, 7),
    Shape(1, 2, 1, 40), Shape(4, 24, 15, 13), Shape(1, 1, 150, 151), Shape(3, 2, 100, 83),
    Shape(40, 2, 21, 23), Shape(1, 9, 256, 257), Shape(2, 3, 6),
  ]

  @Test(arguments: shapes)
  func training(shape: Shape) throws {
    let op = BatchNormTraining()
    for filling in [Filling.dense, .negative, .nan] {
      try expectTheOracle(op, [.filled(shape, filling)], .filled(op, [shape]))
    }
  }

  /// Deviations of a thousandth around a mean of a hundred: squares of values would lose them.
  @Test(arguments: [Shape(4, 3, 9, 11), Shape(1, 2, 200, 201)])
  func aSmallVarianceBesideALargeMean(shape: Shape) throws {
    let (op, input) = (BatchNormTraining(), try Tensor<Float>.filled(shape))
    for i in 0..<input.count { input.pointer[i] = 100 + input.pointer[i] / 1024 }
    let exact = (0..<shape.c).map { channel -> Double in
      let values = (0..<input.count).filter { $0 / shape.plane % shape.c == channel }.map {
        Double(input.pointer[$0])
      }
      let mean = values.reduce(0, +) / Double(values.count)
      return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
    }
    let weights = try Weights<Float>.filled(op, [shape])
    for isa in availableISAs {
      for kernel in Catalogue(tiledKernels).variants(op, [shape], isa: isa) {
        let variances = try allOutputs(of: kernel, op, [input], weights, isa: isa, threads: [2])[0][2]
        for c in 0..<shape.c {
          #expect(abs(Double(variances.pointer[c]) - exact[c]) <= 1e-3 * exact[c], "\(isa), channel \(c)")
        }
      }
    }
  }

  @Test(arguments: shapes, [false, true])
  func gradient(shape: Shape, isFrozen: Bool) throws {
    let op = BatchNormGradient(isFrozen: isFrozen)
    let (x, dy) = (try Tensor<Float>.filled(shape), try Tensor<Float>.filled(shape, seed: 3))
    let mean = try Tensor<Float>.filled(Shape(shape.c), seed: 5)
    let variance = try Tensor<Float>.filled(Shape(shape.c), seed: 7)
    for c in 0..<shape.c { variance.pointer[c] = 1 + variance.pointer[c] / 2 }
    let inputs = isFrozen ? [x, dy] : [x, dy, mean, variance]
    try expectTheOracle(op, inputs, .filled(op, inputs.map(\.shape)))
  }
}
