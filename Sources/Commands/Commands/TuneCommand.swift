import Execution
import Files
import Foundation
import Harness
import Measurement
import PlainText
import Records
import Reporting
import Tuning
import Workloads

/// `cbambench tune`: measures the kernels among which the selector chooses, and writes their times.
enum TuneCommand: Command {
  static let name = "tune"
  static let synopsis = "[TARGET]... [OPTION]...      (default target: suite peers)"
  static let summary = "measure what the selector chooses from, and write times that correct it"
  static let files = 8
  static let example = "cbambench tune resnet50 --into tuned.csv"
  private static let standardFile = "tuned.csv"
  /// Seconds of measuring, if nothing else is asked for.
  private static let standardBudget = 90

  static let options: [Option] = [
    Option(
      name: "--into", value: "FILE",
      help: "file for '--tuned'; what it holds of other workloads and machines stays; default \(standardFile)"
    ),
    Option(
      name: "--threads", value: "1,2,4|all",
      help: "thread counts; default 1. A choice is the same for all, so times are averaged"),
    Option(name: "--isa", value: "baseline|avx2|avx512|best", help: "instruction sets; default best"),
    .exact, .style, .pass, .batch, .filter, .seed, .rounds,
    Option(
      name: "--budget", value: "SECONDS",
      help:
        "time for everything; what is not reached is skipped. Default: \(standardBudget) s of measuring, plus verification"
    ),
    .caseLimit, .format, .columns, .wide, .output, .quiet,
  ]

  static func run(_ arguments: Arguments, _ context: Context) throws -> ExitStatus {
    let begin = Clock.now()
    let outputs = try Outputs(arguments, columns: TuningReport.columnNames)
    let path = arguments.value("--into") ?? standardFile
    var times = try earlier(path)
    let setting = try setting(arguments, context, since: begin)
    guard !setting.work.isEmpty else {
      throw UsageError("nothing to tune: for each of these operators the selector knows one kernel")
    }
    let file = try OptionFile(path, "--into")
    var side = try SideFile(beside: nil, arguments.words)
    let job = MeasuringJob(
      setting: setting, tiled: context.tiled, started: side.started, profiles: nil, contenders: .none)
    let result = job.run(Supervisor(limit: setting.limit) { Interrupt.isSet }, &side)
    let records = result.rows.map(\.record)
    if !records.isEmpty {
      times.add(records)
      // A header without rows would be no file of times.
      if !times.records.isEmpty { try file.write(times.text) }
      let lines = setting.work.flatMap { TuningLine.lines($0.workload, records, context.tiled) }
      try outputs.write(TuningReport.report(lines, columns: outputs.columns))
    }
    return result.conclude(arguments)
  }

  /// What a file of times holds; none if there is no file.
  private static func earlier(_ path: String) throws(UsageError) -> TuningFile {
    guard FileManager.default.fileExists(atPath: path), !path.hasPrefix("/dev/") else { return TuningFile() }
    let file: TuningFile
    do { file = try TuningFile(path: path) } catch { throw UsageError("--into \(error)") }
    guard file.isOwn else {
      throw UsageError(
        "--into \(path.shownPath): has columns that 'tune' would not keep; expected a file that 'tune' has written, or none"
      )
    }
    return file
  }

  /// Every decision of the selector within the workloads that the arguments name, as a workload, with one thread.
  private static func setting(
    _ arguments: Arguments, _ context: Context, since begin: Seconds
  ) throws(UsageError) -> RunSetting {
    var defaults = Plan()
    (defaults.requests, defaults.threads) = ([.rivals], [1])
    var seen: Set<String> = []
    return try RunSetting(
      arguments, kernels: context.kernels, since: begin, defaults: defaults, standard: "peers",
      budget: standardBudget
    ) { suite, plan throws(UsageError) in
      let decisions = suite.workloads.flatMap { workload in
        plan.isas.filter(\.isAvailable).flatMap {
          context.tiled.decisions(workload.op, workload.inputs, isa: $0)
        }
      }
      var workloads: [Workload] = []
      for decision in decisions {
        let workload = try Workload(decision.op, inputs: decision.inputs)
        // A file can name only what its text says.
        guard (try? Workload(workload.text)) != nil, seen.insert(workload.text).inserted else { continue }
        workloads.append(workload)
      }
      return workloads
    }
  }
}
