import Harness
import Measurement
import Workloads

/// What is compared, and how long.
struct CompareSetting {
  let plan: Plan
  let workloads: [Workload]
  let budget: Double
  let limit: Double

  init(
    _ arguments: Arguments, _ context: Context, _ machine: Machine, budget standard: Double,
    requests: [Plan.Request]
  ) throws(UsageError) {
    var defaults = Plan()
    defaults.requests = requests
    defaults.threads = defaults.threads.filter { $0 <= machine.usableCPUs }
    var plan = try Plan(arguments, defaults: defaults, kernels: context.kernels)
    plan.rounds = try arguments.integer("--rounds", 1...100_000)
    if plan.rounds != nil && arguments.has("--budget") {
      throw UsageError("--budget has no effect with --rounds, which says how long to measure")
    }
    self.plan = plan
    budget = Double(try arguments.integer("--budget", 1...1_000_000) ?? Int(standard))
    limit = try arguments.seconds("--case-limit", upTo: 1e6) ?? 120
    workloads = try resolve(arguments, standard: "ci").flatMap(\.workloads).uniqued
    try plan.checkData(workloads)
  }
}

extension [Workload] {
  /// Each text once: a case has one row.
  var uniqued: [Workload] {
    var seen: Set<String> = []
    return filter { seen.insert($0.text).inserted }
  }
}
