import Harness
import Kernels
import Measurement
import PlainText
import Reporting
import Workloads

/// `cbambench machine`: what this machine is and what it could do at most.
enum MachineCommand: Command {
  static let name = "machine"
  static let synopsis = "[OPTION]..."
  static let summary = "show CPUs, caches, instruction sets, measured limits and the harness's own overheads"
  static let example = "cbambench machine --threads 1,2 --format json"
  static let options: [Option] = [.threads, .isa, .format, .wide, .output, .quiet]

  static func run(_ arguments: Arguments, _ context: Context) throws -> ExitStatus {
    if let target = arguments.targets.first {
      throw UsageError("machine takes no target, not '\(target.shown)'")
    }
    let outputs = try Outputs(arguments)
    let machine = Machine()
    var defaults = Plan()
    defaults.threads = defaults.threads.filter { $0 <= machine.usableCPUs }
    defaults.isas = ISA.allCases.filter(\.isAvailable)
    let plan = try Plan(arguments, defaults: defaults, kernels: context.kernels)
    if let missing = plan.isas.first(where: { !$0.isAvailable }) {
      throw UsageError("--isa \(missing.rawValue): this machine cannot execute it")
    }
    let survey = try MachineSurvey(machine, isas: plan.isas, threads: plan.threads)
    for warning in survey.warnings { Console.note("cbambench: \(warning)") }
    try outputs.write(MachineReport.report(survey.lines))
    return .fine
  }
}
