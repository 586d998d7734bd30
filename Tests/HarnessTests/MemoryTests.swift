import Harness
import HarnessSupport
import Kernels
import Measurement
import Testing
import TiledKernels
import Workloads

/// `memory_bytes` is inputs, output, workspace and at least the weights as the operator declares them.
@Test(arguments: ["conv:out=40,k=3,p=1@2x16x15x17", "cbam@1x32x9x9", "add@1x8x9x9", "dense:out=40@3x64"])
func memoryIsWhatACallNeeds(text: String) throws {
  var plan = Plan()
  plan.threads = [1, 2]
  plan.rounds = 1
  let facts = RunFacts(machine: Machine(), revision: "", started: "")
  let runner = Runner(plan: plan, tiled: Catalogue(tiledKernels), facts: facts) { false }
  let workload = try Workload(text)
  let tensors = 4 * (workload.inputs.reduce(0) { $0 + $1.count } + workload.output.count)
  let rows = runner.run(workload, suite: "", budget: Seconds(0))
  #expect(rows.count == 3)
  for record in rows.map(\.record) {
    let weights = (record.memoryBytes ?? 0) - tensors - (record.workspaceBytes ?? 0)
    // Batch norm's parameters may be folded into a convolution's.
    #expect(weights >= 4 * (workload.cost.parameters - 2), "\(record.kernel)")
    #expect(workload.cost.parameters > 0 || weights == 0, "\(record.kernel)")
  }
}
