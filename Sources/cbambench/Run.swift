import Harness
import Measurement
import PlainText
import Records
import Reporting
import Workloads

/// `cbambench run`: verify, measure, report.
enum Run: Command {
  static let name = "run"
  static let synopsis = "[TARGET]... [OPTION]...      (default target: suite cbam)"
  static let summary = "measure suites or workloads"
  static let files = 8
  static let example = "cbambench run cbam:r=16@1x256x56x56 --threads 1,2 --output cbam.csv"
  static let options: [Option] = [
    .threads, .kernels, .isa, .cache, .data, .weightsData, .style, .filter, .seed, .rounds, .budget,
    .caseLimit, .resume, .profile,
    .format, .columns, .wide, .output, .export, .quiet,
  ]

  static func run(_ arguments: Arguments) throws -> ExitStatus {
    if let path = arguments.value("--resume") {
      guard arguments.targets.isEmpty, arguments.names == ["--resume"] else {
        throw UsageError(
          "--resume takes no other words; targets and options are those of the interrupted run")
      }
      let side = try SideFile(reading: path)
      let first = try Arguments(side.arguments, command: name, options: options)
      guard !first.has("--resume") else { throw UsageError("\(path.shownPath): continues another file") }
      return try run(first, side)
    }
    return try run(arguments, nil)
  }

  private static func run(_ arguments: Arguments, _ resumed: SideFile?) throws -> ExitStatus {
    let begin = Clock.now()
    let outputs = try Outputs(arguments, columns: Listing.names(RunTable.columns))
    let export = try Export(arguments)
    let machine = Machine()
    var defaults = Plan()
    defaults.threads = defaults.threads.filter { $0 <= machine.usableCPUs }
    var plan = try Plan(arguments, defaults: defaults)
    plan.rounds = try arguments.integer("--rounds", 1...100_000)
    let work = try resolve(arguments, standard: "cbam").flatMap { suite in
      suite.workloads.map { (suite: suite.name, workload: $0) }
    }
    try plan.checkData(work.map(\.workload))
    if plan.rounds != nil && arguments.has("--budget") {
      throw UsageError("--budget has no effect with --rounds, which says how long to measure")
    }
    let time = Seconds(Double(try arguments.integer("--budget", 1...1_000_000) ?? standardBudget))
    let budget = RunBudget(
      time, of: arguments.has("--budget") ? .everything : .measuring, since: begin, workloads: work.count)
    let limit = try arguments.seconds("--case-limit", upTo: 1e6) ?? 120
    try resumed?.check(work.map(\.workload.text))
    let profiles = try ProfileFolder(arguments, work.map(\.workload.name))
    var side = try resumed ?? SideFile(beside: outputs.regularFile, arguments.words)
    let job = MeasuringJob(
      plan: plan, machine: machine, work: work, budget: budget, started: side.started,
      limit: Seconds(limit), profiles: profiles)
    let result = job.run(Supervisor(limit: Seconds(limit)) { Interrupt.isSet }, &side)
    let rows = result.rows
    // Interrupted before the first row: what the files hold is worth more than nothing.
    if !(rows.isEmpty && Interrupt.isSet) {
      do {
        try outputs.write(report(rows.map(\.record), outputs.columns))
        try export.write(rows.map(\.record))
      } catch {
        side.finish(isComplete: false)
        throw side.isUseful ? UsageError("\(error); \(side.place)") : error
      }
    }
    let isComplete = !Interrupt.isSet || side.done.count == work.count
    side.finish(isComplete: isComplete)
    let status = conclude(result)
    if !isComplete, side.isUseful { Console.note(side.sentence) }
    return status
  }

  /// Seconds of measuring, if nothing else is asked for.
  private static let standardBudget = 40

  private static func report(_ records: [Record], _ columns: [String]?) -> Report {
    let table = RunTable.table(records, columns: columns)
    // Interrupted: layers that are missing have no row, and a sum would pass for the whole.
    let summed = Interrupt.isSet ? [] : records
    return Report(
      table: { table.console(width: $0) + NetworkEstimate.text(summed) },
      markdown: table.markdown + NetworkEstimate.markdown(summed),
      csv: CSV.text(records), json: JSON.text(records))
  }

  private static func conclude(_ result: MeasuringJob.Result) -> ExitStatus {
    let rows = result.rows
    let wrong = rows.filter { $0.reproduction != nil }
    // Where it is all, it is told below.
    if !rows.isEmpty { for loss in result.losses { Console.note("cbambench: \(loss)") } }
    for row in wrong {
      Console.note(
        "cbambench: \(row.record.workload.shown) \(row.record.kernel): \(row.record.status): \(row.record.reason)"
      )
    }
    for row in wrong { if let again = row.reproduction { Console.note(again.line) } }
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
