import Kernels
import Models
import Operators
import ReferenceKernels
import Support
import Tensors
import Testing

/// Networks in the oracle: seeded weights keep the signal alive, and the bounds tell right from wrong.
@Suite struct NetworkOracleTests {
  private static func run(_ network: any Operator, _ image: Tensor<Float>, _ weights: Weights<Float>) throws
    -> Tensor<Float>
  {
    try outputs(of: ReferenceKernel(), network, [image], weights, isa: .baseline, threads: [1])[0]
  }

  @Test(arguments: [
    "vgg11", "vgg19", "vgg16-bn", "resnet18", "resnet50+cbam", "resnet152", "wide-resnet18-2.0+se",
    "resnext50-32x4d", "googlenet+cbam", "mobilenet-1.0", "mobilenet-0.7+cbam",
  ])
  func signalNeitherVanishesNorExplodes(name: String) throws {
    let (network, input) = (try Modules.parse(name), Shape(1, 3, 32, 32))
    let weights = try Weights.filled(network, [input])
    let oracle = try Oracle(network, [Tensor.filled(input)], weights: weights)
    let values = (0..<oracle.count).map { oracle.value($0) }
    let rms = (values.reduce(0) { $0 + $1 * $1 } / Double(values.count)).squareRoot()
    #expect(rms > 0.05 && rms < 20, "\(rms)")
    // Another image is found out, even after 52 gates in a row.
    let other = try Oracle(network, [Tensor.filled(input, seed: 9)], weights: weights)
    let changed = values.indices.count { abs(other.value($0) - values[$0]) > oracle.bound($0) }
    #expect(changed > values.count / 5, "\(changed)")
    // Half of the outputs would not agree with zero, by far.
    let bounds = (0..<oracle.count).map { oracle.bound($0) }.sorted()
    #expect(bounds[bounds.count / 2] < rms / 20, "\(bounds[bounds.count / 2]) of \(rms)")
  }

  /// Another stride, the same weights: nearly every output differs by more than its bound.
  @Test func anotherNetworkIsFoundOut() throws {
    let input = Shape(1, 3, 64, 64)
    let (network, other) = (try Modules.parse("resnet50"), try Modules.parse("resnet50:style=caffe"))
    let (image, weights) = (try Tensor.filled(input), try Weights.filled(network, [input]))
    let right = try Self.run(network, image, weights)
    let wrong = try Self.run(other, image, weights)
    let oracle = try Oracle(network, [image], weights: weights)
    #expect(oracle.compare([right]).agrees)
    #expect(oracle.compare([wrong]).wrong > 900)
  }

  /// The scales of one batch norm, five percent off, in the first or in the last block.
  @Test(arguments: ["layer1.0.bn1.weight", "layer4.1.bn2.weight"])
  func aSmallChangeIsFoundOut(weight: String) throws {
    let (network, input) = (try Modules.parse("resnet18"), Shape(1, 3, 32, 32))
    let (image, weights) = (try Tensor.filled(input), try Weights.filled(network, [input]))
    let oracle = try Oracle(network, [image], weights: weights)
    let changed = try weights[weight]
    for i in 0..<changed.count { changed.pointer[i] *= 1.05 }
    #expect(!oracle.compare([try Self.run(network, image, weights)]).agrees)
  }
}
