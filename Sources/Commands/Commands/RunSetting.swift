import Harness
import Measurement
import Workloads

/// What is measured, and how long.
struct RunSetting {
  /// Seconds of measuring, if nothing else is asked for.
  private static let standardBudget = 40

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
  init(_ arguments: Arguments, kernels: [String], since begin: Seconds) throws(UsageError) {
    var plan = Plan()
    let usable = machine.usableCPUs
    plan.threads = plan.threads.filter { $0 <= usable }
    plan = try Plan(arguments, defaults: plan, kernels: kernels)
    plan.rounds = try arguments.integer("--rounds", 1...100_000)
    self.plan = plan
    work = try resolve(arguments, standard: "cbam").flatMap { suite in
      suite.workloads.map { (suite: suite.name, workload: $0) }
    }
    try plan.checkData(work.map(\.workload))
    if plan.rounds != nil && arguments.has("--budget") {
      throw UsageError("--budget has no effect with --rounds, which says how long to measure")
    }
    let time = Seconds(Double(try arguments.integer("--budget", 1...1_000_000) ?? Self.standardBudget))
    budget = RunBudget(
      time, of: arguments.has("--budget") ? .everything : .measuring, since: begin, workloads: work.count)
    limit = Seconds(try arguments.seconds("--case-limit", upTo: 1e6) ?? 120)
  }
}
