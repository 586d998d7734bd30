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
    .threads, .kernels, .isa, .exact, .cache, .data, .weightsData, .style, .filter, .seed, .rounds, .budget,
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
    if arguments.has("--explain") {
      KernelCandidates.tell(setting.work.map(\.workload), setting.plan.isas, context)
    }
    let profiles = try ProfileFolder(arguments, setting.work.map(\.workload.name))
    var side = try resumed ?? SideFile(beside: outputs.regularFile, arguments.words)
    let job = MeasuringJob(
      setting: setting, tiled: context.tiled, started: side.started, profiles: profiles,
      contenders: contenders.contenders)
    let result = job.run(Supervisor(limit: setting.limit) { Interrupt.isSet }, &side)
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
    let isComplete = !Interrupt.isSet || side.done.count == setting.work.count
    side.finish(isComplete: isComplete)
    let status = conclude(result, arguments)
    if !isComplete, side.isUseful { Console.note(side.sentence) }
    return status
  }

  private static func conclude(_ result: MeasuringJob.Result, _ arguments: Arguments) -> ExitStatus {
    let rows = result.rows
    let wrong = rows.filter { $0.reproduction != nil }
    // Where it is all, it is told below.
    if !rows.isEmpty { for loss in result.losses { Console.note("cbambench: \(loss)") } }
    for row in wrong {
      Console.note(
        "cbambench: \(row.record.workload.shown) \(row.record.kernel): \(row.record.status): \(row.record.reason)"
      )
    }
    for row in wrong { if let again = row.reproduction { Console.note(again.line(arguments)) } }
    if !wrong.isEmpty { return .wrong }
    if Interrupt.isSet {
      let kept =
        rows.isEmpty ? "nothing had been measured yet" : "rows kept: \(rows.count)"
      let remark = result.cut.map { ", those of \($0) with fewer rounds" } ?? ""
      Console.note("cbambench: interrupted; \(kept)\(remark)")
      return .interrupted
    }
    guard rows.contains(where: { $0.status == .ok }) else {
      let first = rows.first.map { "\($0.record.workload.shown): \($0.record.status): \($0.record.reason)" }
      Console.note("cbambench: nothing was measured; \(first ?? result.losses.first ?? "no workload")")
      return .unusable
    }
    return .fine
  }
}
