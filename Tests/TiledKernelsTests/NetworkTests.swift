import Kernels
import Models
import Operators
import ReferenceKernels
import Support
import Tensors
import TiledKernels
import Testing

/// Whole networks, layer by layer on tiled kernels, against the oracle: every family, with attention and without.
@Suite struct TiledNetworkTests {
  @Test(arguments: [
    "vgg11:classes=10", "vgg13-bn+cbam", "resnet18+cbam:order=parallel", "resnet50+se", "wide-resnet18-1.5",
    "resnext50-32x4d+spatial-attention", "googlenet+channel-attention", "mobilenet-0.7+cbam/8",
    "resnet50:style=caffe",
  ])
  func agreesWithTheOracle(name: String) throws {
    let (network, input) = (try Modules.parse(name), Shape(1, 3, 32, 40))
    let (image, weights) = (try Tensor.filled(input), try Weights.filled(network, [input]))
    let oracle = try Oracle(network, [image], weights: weights)
    for isa in availableISAs {
      let best = try #require(Catalogue(tiledKernels).best(network, [input], isa: isa))
      let results = try outputs(of: best.kernel, network, [image], weights, isa: isa)
      let agreement = oracle.compare([results[0]], growth: best.form.errorGrowth)
      #expect(agreement.agrees && agreement.telling > agreement.count / 2, "\(name) \(isa): \(agreement)")
      #expect(areIdentical(results))
    }
  }

  /// Each of two images gives what the oracle says of it alone.
  @Test func imagesOfABatchDoNotMix() throws {
    let network = try Modules.parse("googlenet+cbam:classes=7")
    let single = Shape(1, 3, 32, 32)
    let images = try [Tensor.filled(single, seed: 5), Tensor.filled(single, seed: 6)]
    let weights = try Weights.filled(network, [single])
    let both = try Tensor<Float>(Shape(2, 3, 32, 32))
    both.assign(images.flatMap(\.elements))
    let best = try #require(Catalogue(tiledKernels).best(network, [single], isa: .best))
    let together = try outputs(of: best.kernel, network, [both], weights, isa: .best, threads: [2])[0]
      .elements
    for (image, results) in zip(images, [together.prefix(7), together.suffix(7)]) {
      let result = try Tensor<Float>(Shape(1, 7))
      result.assign(Array(results))
      let agreement = try Oracle(network, [image], weights: weights).compare(
        [result], growth: best.form.errorGrowth)
      #expect(agreement.agrees && agreement.telling > 3, "\(agreement)")
    }
  }
}
