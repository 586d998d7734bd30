import Harness
import Measurement
import Workloads

/// What is measured, and how long.
struct RunSetting {
  let machine = Machine()
  let plan: Plan
  /// Workloads with the names of their suites.
  let work: [(suite: String, workload: Workload)]
  let budget: RunBudget
  /// The longest step of a case.
  let limit: Seconds

  /// - Parameters:
  ///   - kernels: names of those that there are.
  ///   - begin: when the run began.
  ///   - defaults: what is asked of each workload if the arguments do not say; thread counts only as far as there are CPUs.
  ///   - standard: the target if none is named.
  ///   - budget: seconds of measuring, if nothing else is asked for.
  ///   - derive: what is measured of the workloads that the arguments name.
  init(
    _ arguments: Arguments, kernels: [String], since begin: Seconds, defaults: Plan = Plan(),
    standard: String = "cbam", budget standardBudget: Int = 40,
    deriving derive: (Suite, Plan) throws(UsageError) -> [Workload] = { suite, _ in suite.workloads }
  ) throws(UsageError) {
    var plan = defaults
    let usable = machine.usableCPUs
    plan.threads = plan.threads.filter { $0 <= usable }
    plan = try Plan(arguments, defaults: plan, kernels: kernels)
    plan.rounds = try arguments.integer("--rounds", 1...100_000)
    self.plan = plan
    var work: [(suite: String, workload: Workload)] = []
    for suite in try resolve(arguments, standard: standard) {
      work += try derive(suite, plan).map { (suite: suite.name, workload: $0) }
    }
    self.work = work
    try plan.checkData(work.map(\.workload))
    if plan.rounds != nil && arguments.has("--budget") {
      throw UsageError("--budget has no effect with --rounds, which says how long to measure")
    }
    let time = Seconds(Double(try arguments.integer("--budget", 1...1_000_000) ?? standardBudget))
    budget = RunBudget(
      time, of: arguments.has("--budget") ? .everything : .measuring, since: begin, workloads: work.count)
    limit = Seconds(try arguments.seconds("--case-limit", upTo: 1e6) ?? 120)
  }
}
