import Kernels
import Support
import Testing
import TiledKernels

/// Whole networks on the best tiled kernel against PyTorch. VGG, whose dense layers take half a gigabyte, is compared
/// with the oracle alone.
@Test(arguments: try NetworkGoldens.outputs().filter { !$0.workload.hasPrefix("vgg") })
func tiledNetworkAgreesWithPyTorch(golden: NetworkGoldens.Output) throws {
  let (network, shape) = try golden.parsed()
  let (input, weights) = (try FormulaTensors.input(shape), try FormulaTensors.weights(network, [shape]))
  let kernel = try #require(Catalogue(tiledKernels).best(network, [shape], isa: .best)?.kernel)
  let result = try outputs(of: kernel, network, [input], weights, isa: .best, threads: [2])[0]
  try #require(result.count == golden.output.count)
  let error = zip(result.elements, golden.output).map { abs(Double($0) - $1) }.max() ?? 1
  #expect(error / golden.magnitude < 1e-4)
}
