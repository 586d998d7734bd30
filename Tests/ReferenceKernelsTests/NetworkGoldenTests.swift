import ReferenceKernels
import Support
import Testing

/// Whole networks in the oracle against PyTorch in double precision: their wiring, not only their sizes.
@Test func networksAgreeWithPyTorch() throws {
  let goldens = try NetworkGoldens.outputs()
  #expect(goldens.count >= 8)
  for golden in goldens {
    let (network, shape) = try golden.parsed()
    let weights = try FormulaTensors.weights(network, [shape])
    let oracle = try Oracle(network, [FormulaTensors.input(shape)], weights: weights)
    try #require(oracle.shape.count == golden.output.count, "\(golden.workload)")
    let error = golden.output.indices.map { abs(oracle.value($0) - golden.output[$0]) }.max() ?? 1
    #expect(error / golden.magnitude < 1e-9, "\(golden.workload)")
  }
}
