import ReferenceKernels
import Support
import Testing

/// The oracle against PyTorch in double precision.
@Test func oracleAgreesWithPyTorch() throws {
  let goldens = try Golden.all()
  #expect(goldens.count >= 120)
  for golden in goldens {
    let oracle = try Oracle(golden.op, [golden.input], weights: golden.weights)
    #expect(oracle.count == golden.output.count, "\(golden.workload)")
    let errors = golden.output.indices.map { abs(oracle.value($0) - golden.output[$0]) }
    #expect(errors.max() ?? 1 < 1e-11, "\(golden.workload)")
  }
}
