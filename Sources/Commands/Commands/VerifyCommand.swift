import Harness
import Kernels
import Measurement
import Reporting
import Workloads

/// `cbambench verify`: right or wrong, not how fast.
enum VerifyCommand: Command {
  static let name = "verify"
  static let synopsis = "[TARGET]... [OPTION]...   (default target: suite awkward)"
  static let summary = "check kernels against the oracle; times nothing"
  static let example = "cbambench verify conv:out=8,k=3,p=1@1x3x7x5 --kernels all --threads 1,2,5"
  static let options: [Option] = [
    .threads, .kernels, .isa, .exact, .tuned, .data, .weightsData, .style, .pass, .batch, .filter, .seed,
    .format,
    .columns,
    .wide,
    .output, .quiet,
  ]

  static func run(_ arguments: Arguments, _ context: Context) throws -> ExitStatus {
    let outputs = try Outputs(arguments, columns: CheckReport.columnNames)
    var defaults = Plan()
    defaults.requests = [.reference, .all]
    defaults.isas = ISA.allCases.filter(\.isAvailable)
    defaults.threads = [1, 2, 5]
    let plan = try Plan(arguments, defaults: defaults, kernels: context.kernels)
    let workloads = try resolve(arguments, standard: "awkward", networkInput: { $0.smallInput })
      .flatMap(\.workloads)
    try plan.checkData(workloads)
    let verifier = Verifier(plan: plan, tiled: context.tiled) { Interrupt.isSet }
    let begin = Clock.now()
    var checks: [Check] = []
    for (index, workload) in workloads.enumerated() where !Interrupt.isSet {
      Console.progress(Progress.line(index, workloads.count, workload.name, since: begin))
      do { checks += try verifier.check(workload) } catch {
        throw UsageError("\(workload.shownName): \(error)")
      }
    }
    Console.progress("")
    if !(checks.isEmpty && Interrupt.isSet) {
      try outputs.write(CheckReport.report(checks, columns: outputs.columns))
    }
    return conclude(checks, arguments)
  }

  private static func conclude(_ checks: [Check], _ arguments: Arguments) -> ExitStatus {
    let bad = checks.filter { $0.reproduction != nil }
    let right = checks.count { $0.outcome == .right }
    if right + bad.count == 0 && !Interrupt.isSet {
      let first = checks.first.map { "\($0.workload.shownName): \($0.outcome)" }
      Console.note("cbambench: nothing was verified; \(first ?? "no workload")")
      return .unusable
    }
    Console.note(
      "cbambench: \(Interrupt.isSet ? "interrupted; before that " : "")\(right) of \(checks.count) checks right, "
        + "\(bad.count) wrong or mistrusted")
    for check in bad { if let again = check.reproduction { Console.note(again.line(arguments)) } }
    if !bad.isEmpty { return .wrong }
    return Interrupt.isSet ? .interrupted : .fine
  }
}
