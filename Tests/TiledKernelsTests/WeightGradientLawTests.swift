import Kernels
import Models
import Operators
import Support
import Tensors
import Testing
import TiledKernels

/// Gradients of convolutions' weights. Integers: every order of a sum is exact. Flaws they would catch: an image or a run of rows that
/// is left out or added twice, a block of filters that ends in another group, a tap that reads a neighbour's column, the rest of a
/// row that reads beyond the tensor.
@Suite struct WeightGradientLaws {
  static let convolutions = [
    "conv:out=16,k=3,p=1@2x8x14x14", "conv:out=33,k=3,s=2,p=1@3x17x13x15", "conv:out=64@8x64x7x7",
    "conv:out=40@2x64x32x32", "conv:out=32,k=3,p=1,g=32@2x32x28x28",
    "conv:out=32,k=5,s=2,p=2,g=32@3x32x15x13",
    "conv:out=16,k=3,p=2,d=2,g=4@2x16x9x11", "conv:out=1,k=7,p=3@2x2x28x28",
    "conv:out=8,k=7,s=2,p=3@1x3x56x56",
    "conv:out=8,k=3,s=5@1x3x17x16", "conv:out=24,k=5x7,p=2x3@2x5x1x19", "conv:out=24,k=3x1,p=1x0@2x5x19x1",
    "conv:out=20@5x9x1x1", "conv:out=20,k=3,p=1@5x9x1x1", "conv:out=32,k=3,s=2,p=0x0x1x1@1x16x28x28",
    "conv:out=40,k=31,p=15@1x2x33x33", "conv:out=9,k=3,p=1@1x3x150x150", "conv:out=6,k=2,s=3,g=2@4x4x8x9",
    "conv:out=1@1x1x1x1", "conv:out=5,k=3,p=1@40x3x5x5",
  ]

  @Test(arguments: convolutions)
  func areTheFormulas(text: String) throws {
    let (op, types) = try Self.gradient(text)
    try expectTheReference(
      op, [.filled(types[0].shape, .integers), .filled(types[1].shape, .integers, seed: 3)])
  }

  /// Shapes for which one kernel is several times as fast as the other.
  @Test(arguments: [
    ("conv:out=64,k=3,p=1@1x64x56x56", "tiled/weight-blocks"),
    ("conv:out=64@1x256x56x56", "tiled/weight-blocks"),
    ("conv:out=512,k=3,p=1@8x512x7x7", "tiled/weight-blocks"),
    ("conv:out=144,k=3,p=1,g=144@1x144x56x56", "tiled/weight-rows"),
    ("conv:out=1,k=7,p=3@1x2x56x56", "tiled/weight-rows"),
  ])
  func clearCasesAreChosen(text: String, kernel: String) throws {
    let (op, types) = try Self.gradient(text)
    for isa in availableISAs {
      #expect(Catalogue(tiledKernels).best(op, types, isa: isa)?.kernel.name == kernel, "\(isa)")
    }
  }

  private static func gradient(_ text: String) throws -> (op: ConvWeightGradient, inputs: [TensorType]) {
    let sides = text.split(separator: "@")
    let conv = try #require(try Modules.parse(sides[0]) as? Conv2D)
    let input = TensorType(try Shape(text: sides[1]))
    return (ConvWeightGradient(conv), [input, try conv.output([input])])
  }
}
