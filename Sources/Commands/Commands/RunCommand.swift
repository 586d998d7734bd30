import Harness
import Measurement
import PlainText
import Reporting
import Workloads

/// `cbambench run`: verify, measure, report.
enum RunCommand: Command {
  static let name = "run"
  static let synopsis = "[TARGET]... [OPTION]...      (default target: suite cbam)"
  static let summary = "measure suites or workloads"
  static let files = 8
  static let example = "cbambench run cbam:r=16@1x256x56x56 --threads 1,2 --output cbam.csv"
  static let options: [Option] = [
    .threads, .kernels, .isa, .exact, .tuned, .cache, .data, .weightsData, .style, .pass, .batch, .filter,
    .seed,
    .rounds,
    .budget,
    .caseLimit, .resume, .profile, .explain, .contender,
    .format, .columns, .wide, .output, .export, .quiet,
  ]

  static func run(_ arguments: Arguments, _ context: Context) throws -> ExitStatus {
    if let path = arguments.value("--resume") {
      guard arguments.targets.isEmpty, arguments.names == ["--resume"] else {
        throw UsageError(
          "--resume takes no other words; targets and options are those of the interrupted run")
      }
      let side = try SideFile(reading: path)
      let first = try Arguments(side.arguments, command: name, options: options)
      guard !first.has("--resume") else { throw UsageError("\(path.shownPath): continues another file") }
      return try run(first, context.choosing(first), side)
    }
    return try run(arguments, context, nil)
  }

  private static func run(
    _ arguments: Arguments, _ context: Context, _ resumed: SideFile?
  ) throws -> ExitStatus {
    let begin = Clock.now()
    let outputs = try Outputs(arguments, columns: RunReport.columnNames)
    let export = try Export(arguments)
    let setting = try RunSetting(arguments, kernels: context.kernels, since: begin)
    try resumed?.check(setting.work.map(\.workload.text))
    let contenders = try ContenderOptions(arguments, files: files, limit: setting.limit)
    defer { contenders.end() }
    let profiles = try ProfileFolder(arguments, setting.work.map(\.workload.name))
    var side = try resumed ?? SideFile(beside: outputs.regularFile, arguments.words)
    let job = MeasuringJob(
      setting: setting, tiled: context.tiled, started: side.started, profiles: profiles,
      contenders: contenders.contenders)
    let result = job.run(Supervisor(limit: setting.limit) { Interrupt.isSet }, &side)
    if let refusal = result.refusal {
      side.finish(isComplete: true)
      throw UsageError(refusal)
    }
    let rows = result.rows
    // Interrupted before the first row: what the files hold is worth more than nothing.
    if !(rows.isEmpty && Interrupt.isSet) {
      do {
        try outputs.write(
          RunReport.report(rows.map(\.record), columns: outputs.columns, isComplete: !Interrupt.isSet))
        try export.write(rows.map(\.record))
      } catch {
        side.finish(isComplete: false)
        throw side.isUseful ? UsageError("\(error); \(side.place)") : error
      }
    }
    if arguments.has("--explain") { KernelCandidates.tell(setting, rows.map(\.record), context) }
    let isComplete = !Interrupt.isSet || side.done.count == setting.work.count
    side.finish(isComplete: isComplete)
    let status = result.conclude(arguments)
    if !isComplete, side.isUseful { Console.note(side.sentence) }
    return status
  }
}
