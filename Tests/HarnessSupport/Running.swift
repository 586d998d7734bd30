import Harness
import Kernels
import Measurement
import TiledKernels
import Workloads

/// Rows of a workload text, measured in few rounds.
package func rows(
  _ text: String, _ requests: [Plan.Request] = [.reference, .tiled],
  _ kernels: [any Kernel] = tiledKernels,
  threads: [Int] = [1, 2], seed: UInt64 = 1, rounds: Int = 2
) throws -> [RunRow] {
  rows(try Workload(text), requests, kernels, threads: threads, seed: seed, rounds: rounds)
}

/// Rows of a workload.
package func rows(
  _ workload: Workload, _ requests: [Plan.Request] = [.reference, .tiled], _ kernels: [any Kernel],
  threads: [Int] = [1, 2], seed: UInt64 = 1, rounds: Int = 2
) -> [RunRow] {
  var plan = Plan()
  (plan.requests, plan.threads, plan.seed, plan.rounds) = (requests, threads, seed, rounds)
  let facts = RunFacts(machine: Machine(), revision: "r", started: "s")
  let runner = Runner(plan: plan, tiled: Catalogue(kernels), facts: facts) { false }
  return runner.run(workload, suite: "suite", budget: Seconds(1))
}

/// Checks of a workload text under all fillings.
package func checks(
  _ text: String, _ requests: [Plan.Request], _ kernels: [any Kernel] = tiledKernels,
  isas: [ISA] = [.best], threads: [Int] = [1, 2], seed: UInt64 = 1
) throws -> [Check] {
  try checks(try Workload(text), requests, kernels, isas: isas, threads: threads, seed: seed)
}

/// Checks of a workload.
package func checks(
  _ workload: Workload, _ requests: [Plan.Request], _ kernels: [any Kernel],
  isas: [ISA] = [.best], threads: [Int] = [1, 2], seed: UInt64 = 1
) throws -> [Check] {
  var plan = Plan()
  (plan.requests, plan.threads, plan.isas, plan.seed) = (requests, threads, isas, seed)
  return try Verifier(plan: plan, tiled: Catalogue(kernels)) { false }.check(workload)
}
