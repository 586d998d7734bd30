import Kernels
import Operators
import ReferenceKernels
import Support
import Testing
import TiledKernels

/// Every tiled variant against PyTorch, under the bound that the oracle derives for `Float`.
@Test func tiledKernelsAgreeWithPyTorch() throws {
  for golden in try Golden.all() {
    let oracle = try Oracle(golden.op, [golden.input], weights: golden.weights)
    for isa in availableISAs {
      let choices = Catalogue(tiledKernels).choices(golden.op, [golden.input.shape], isa: isa)
      #expect(!choices.isEmpty, "\(golden.workload)")
      for (kernel, form) in choices.map({ ($0.kernel, $0.form) }) {
        let all = try outputs(
          of: kernel, golden.op, [golden.input], golden.weights, isa: isa, threads: [1, 3])
        #expect(areIdentical(all))
        for (i, expected) in golden.output.enumerated() {
          let error = abs(Double(all[0].pointer[i]) - expected)
          let bound = oracle.bound(i, growth: form.errorGrowth) + oracle.doubleBound(i)
          #expect(error <= bound, "\(golden.workload): \(kernel.name) on \(isa) at \(i)")
        }
      }
    }
  }
}
