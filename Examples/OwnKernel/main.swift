// Measures a kernel of your own: verified first, then in turns with the scalar reference and the package's best kernel.

import CBAMHarness

var plan = Plan()
plan.requests = [.reference, .named("own/mean"), .tiled]
plan.threads = [1, 2]
plan.rounds = 15

let runner = Runner(
  plan: plan, tiled: Catalogue(tiledKernels + [MeanKernel()]),
  facts: RunFacts(machine: Machine(), revision: "", started: "")
) { false }
let workload = try Workload("globalpool@1x256x56x56")
let records = runner.run(workload, suite: "", budget: Seconds(5)).map(\.record)
print(RunTable.table(records).console(width: 100), terminator: "")
