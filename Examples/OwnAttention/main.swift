// An attention module that the package does not know: its cost, and that of a network with it, follow from its graph, and
// so do its reference and a multithreaded execution.

import CBAMHarness

let module = SCSE()
let resnet = try Modules.parse("resnet50") as! Network
var options = resnet.options
options.attention = AttentionSlot(module)
let network = Network(resnet.architecture, options: options)
for (name, op, shape) in [
  ("scse on 256x56x56", module as any Operator, Shape(1, 256, 56, 56)),
  ("resnet50", resnet, resnet.standardInput), ("resnet50 with scse", network, resnet.standardInput),
] {
  let cost = try op.cost([TensorType(shape)])
  print("\(name): \(cost.parameters) parameters, \(cost.macs) multiply-adds")
}

var plan = Plan()
(plan.requests, plan.threads, plan.rounds) = ([.reference, .tiled], [1, 2], 15)
let runner = Runner(
  plan: plan, tiled: Catalogue(tiledKernels), facts: RunFacts(machine: Machine(), revision: "", started: "")
) { false }
let workload = try Workload(module, Shape(1, 256, 28, 28), name: "scse")
let records = runner.run(workload, suite: "", budget: Seconds(5)).map(\.record)
print(RunTable.table(records).console(width: 100), terminator: "")
