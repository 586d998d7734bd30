import Kernels
import ReferenceKernels
import Support
import Testing
import TiledKernels

/// Whole networks on the best tiled kernel against PyTorch. VGG, whose dense layers take half a gigabyte, is compared
/// with the oracle alone.
@Test(arguments: try NetworkGoldens.outputs().filter { !$0.workload.hasPrefix("vgg") })
func tiledNetworkAgreesWithPyTorch(golden: NetworkGoldens.Output) throws {
  let (network, shape) = try golden.parsed()
  let (input, weights) = (try FormulaTensors.input(shape), try FormulaTensors.weights(network, [shape]))
  let best = try #require(Catalogue(tiledKernels).best(network, [shape], isa: .best))
  let result = try outputs(of: best.kernel, network, [input], weights, isa: .best, threads: [2])[0]
  try #require(result.count == golden.output.count)
  let oracle = try Oracle(network, [input], weights: weights)
  for (i, expected) in golden.output.enumerated() {
    let error = abs(Double(result.pointer[i]) - expected)
    #expect(error <= oracle.bound(i, growth: best.form.errorGrowth) + oracle.doubleBound(i), "at \(i)")
  }
}
