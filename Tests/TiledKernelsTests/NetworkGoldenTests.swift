import Kernels
import ReferenceKernels
import Support
import Testing
import TiledKernels

/// Whole networks on the best tiled kernel against PyTorch, and under the bound that the oracle derives for `Float`.
@Test func tiledNetworksAgreeWithPyTorch() throws {
  for golden in try NetworkGoldens.outputs() {
    let (network, shape) = try golden.parsed()
    let (input, weights) = (
      try FormulaTensors.input(shape), try FormulaTensors.weights(network, [shape])
    )
    let kernel = try #require(Catalogue(TiledKernels.all).best(network, [shape], isa: .best)?.kernel)
    let result = try outputs(of: kernel, network, [input], weights, isa: .best, threads: [2])[0]
    let agreement = try Oracle(network, [input], weights: weights).compare(result)
    #expect(agreement.agrees && agreement.telling > agreement.count / 2, "\(golden.workload): \(agreement)")
    let error = zip(result.elements, golden.output).map { abs(Double($0) - $1) }.max() ?? 1
    #expect(error / golden.magnitude < 1e-4, "\(golden.workload): \(error) of \(golden.magnitude)")
  }
}
