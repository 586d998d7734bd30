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
    for (i, expected) in golden.output.enumerated() {
      #expect(abs(oracle.value(i) - expected) <= oracle.doubleBound(i), "\(golden.workload) at \(i)")
    }
  }
}
