import Harness
import Kernels
import PlainText
import Records
import Reporting
import Roofs
import Workloads

/// Which kernels could compute a workload, and which one the selector takes.
enum KernelCandidates {
  /// `list kernels TARGET...`.
  static func write(
    _ arguments: Arguments, targets: [String], _ context: Context
  ) throws -> ExitStatus {
    let outputs = try Outputs(arguments, columns: CandidateReport.columnNames)
    let plan = try Plan(arguments, defaults: Plan(), kernels: context.kernels)
    if let missing = plan.isas.first(where: { !$0.isAvailable }) {
      throw UsageError("--isa \(missing.rawValue): this machine cannot execute it")
    }
    let resolver = Targets(library: .standard)
    let workloads = try targets.flatMap { try resolver.resolve($0).workloads }
    let lines = lines(workloads, plan.isas, context)
    if lines.isEmpty { throw UsageError("no tiled kernel computes \(workloads[0].shownName)") }
    try outputs.write(CandidateReport.report(lines, columns: outputs.columns))
    return .fine
  }

  /// `run --explain`: after the results, estimates beside what was measured.
  static func tell(_ setting: RunSetting, _ records: [Record], _ context: Context) {
    let roofs = MeasuredRoofs(machine: setting.machine, teams: Teams())
    let known = lines(
      setting.work.map(\.workload), setting.plan.isas.filter(\.isAvailable), context
    ).map { $0.timed(records, cyclesPerSecond: roofs.cycleRate($0.isa)) }
    let text = CandidateReport.report(known).text(.table, width: 100)
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) { Console.note(String(line)) }
  }

  private static func lines(
    _ workloads: [Workload], _ isas: [ISA], _ context: Context
  ) -> [CandidateLine] {
    workloads.flatMap { workload in
      isas.flatMap { CandidateLine.lines(workload, context.tiled, isa: $0) }
    }
  }
}
