import Kernels
import Operators
import Support
import Tensors
import Testing

/// Sums over channels, planes and pixels. Integers: every order of a sum is exact. Flaws they would catch: a part that is left out
/// or counted twice, what the last vector repeats, pixels of another image.
@Suite struct GradientSumLaws {
  static let shapes = [
    Shape(1, 1, 1, 1), Shape(3, 2, 1, 1), Shape(2, 5, 1, 3), Shape(2, 3, 3, 5), Shape(1, 33, 7, 7),
    Shape(2, 7, 4, 16), Shape(1, 3, 150, 151), Shape(40, 2, 21, 23), Shape(1, 300, 4, 5),
    Shape(2, 130, 20, 21),
  ]

  @Test(arguments: shapes + [Shape(1, 1), Shape(9, 5), Shape(3, 300), Shape(70, 17), Shape(2, 3, 5)])
  func sumsOfChannels(shape: Shape) throws {
    try expectTheReference(ChannelSum(), [.filled(shape, .integers)])
    try expectTheOracle(ChannelSum(), [.filled(shape)])
  }

  @Test(arguments: shapes, [Scale.Gate.channel, .pixel])
  func gates(shape: Shape, gate: Scale.Gate) throws {
    let type =
      gate == .channel ? TensorType(shape.n, shape.c, 1, 1) : TensorType(shape.n, 1, shape.h, shape.w)
    let op = GateGradient(Scale(gate), gate: type)
    try expectTheReference(op, [.filled(shape, .integers), .filled(shape, .integers, seed: 3)])
    try expectTheOracle(op, [.filled(shape), .filled(shape, seed: 3)])
  }

  /// What the last vector of a run repeats does not reach the sum, not even as zero times infinity.
  @Test(arguments: [5, 17, 19, 33, 47])
  func infinitiesStayInTheirPlanes(pixels: Int) throws {
    let shape = Shape(1, 3, 1, pixels)
    for at in [0, pixels / 2, pixels - 1] {
      let inputs = [
        try Tensor<Float>.filled(shape, .integers), try Tensor<Float>.filled(shape, .integers, seed: 3),
      ]
      inputs[0].pointer[pixels + at] = .infinity
      try expectTheReference(ChannelSum(), [inputs[0]])
      try expectTheReference(GateGradient(Scale(.channel), gate: TensorType(1, 3, 1, 1)), inputs)
      try expectTheReference(GateGradient(Scale(.pixel), gate: TensorType(1, 1, 1, pixels)), inputs)
    }
  }
}
