import Foundation
import Harness
import Kernels
import Measurement
import Records
import Reporting
import TiledKernels

/// `cbambench run`: verify, measure, report.
enum Run: Command {
  static let name = "run"
  static let synopsis = "[TARGET]... [OPTION]...      (default target: suite cbam)"
  static let summary = "measure suites or workloads"
  static let example = "cbambench run cbam:r=16@1x256x56x56 --threads 1,2 --output cbam.csv"
  static let options: [Option] = [
    .threads, .kernels, .isa, .cache, .filter, .seed, .rounds, .budget, .format, .output, .quiet,
  ]

  static func run(_ arguments: Arguments) throws -> ExitStatus {
    let outputs = try Outputs(arguments)
    let machine = Machine()
    var defaults = Plan()
    defaults.threads = defaults.threads.filter { $0 <= machine.usableCPUs }
    var plan = try Plan(arguments, defaults: defaults)
    plan.rounds = try arguments.integer("--rounds", 1...100_000)
    let suites = try resolve(arguments, standard: "cbam")
    if plan.rounds != nil && arguments.has("--budget") {
      throw UsageError("--budget has no effect with --rounds, which says how long to measure")
    }
    let budget = Double(try arguments.integer("--budget", 1...1_000_000) ?? 40)
    let rows = measure(suites, plan, machine, budget: budget)
    // Interrupted before the first row: what the files hold is worth more than nothing.
    if !(rows.isEmpty && Interrupt.isSet) { try outputs.write(report(rows.map(\.record))) }
    return conclude(rows)
  }

  private static func measure(_ suites: [Suite], _ plan: Plan, _ machine: Machine, budget: Double) -> [RunRow]
  {
    let started = ISO8601DateFormatter().string(from: Date())
    let facts = RunFacts(machine: machine, revision: Revision.current ?? "", started: started)
    let runner = Runner(plan: plan, tiled: Catalogue(TiledKernels.all), facts: facts) { Interrupt.isSet }
    let work = suites.flatMap { suite in suite.workloads.map { (suite.name, $0) } }
    let begin = Clock.now()
    var rows: [RunRow] = []
    for (index, (suite, workload)) in work.enumerated() where !Interrupt.isSet {
      Console.progress(Progress.line(index, work.count, workload.name, since: begin))
      rows += runner.run(workload, suite: suite, budget: Seconds(budget / Double(work.count)))
    }
    Console.progress("")
    return rows
  }

  private static func report(_ records: [Record]) -> Report {
    let table = RunTable.table(records)
    // Interrupted: layers that are missing have no row, and a sum would pass for the whole.
    let summed = Interrupt.isSet ? [] : records
    return Report(
      table: table.console + NetworkEstimate.text(summed),
      markdown: table.markdown + NetworkEstimate.markdown(summed),
      csv: CSV.text(records), json: JSON.text(records))
  }

  private static func conclude(_ rows: [RunRow]) -> ExitStatus {
    let wrong = rows.filter { $0.reproduction != nil }
    for row in wrong {
      Console.note(
        "cbambench: \(row.record.workload) \(row.record.kernel): \(row.record.status): \(row.record.reason)")
    }
    for row in wrong { if let line = row.reproduction { Console.note(line) } }
    if !wrong.isEmpty { return .wrong }
    if Interrupt.isSet {
      let kept =
        rows.isEmpty ? "nothing was measured until then" : "rows measured until then are kept: \(rows.count)"
      Console.note("cbambench: interrupted; \(kept)")
      return .interrupted
    }
    if !rows.contains(where: { $0.status == .ok }) {
      let first = rows.first.map { "\($0.record.workload): \($0.record.status): \($0.record.reason)" }
      Console.note("cbambench: nothing was measured; \(first ?? "no workload")")
      return .unusable
    }
    return .fine
  }
}

/// Progress with the time that is left, extrapolated from what is done.
enum Progress {
  static func line(_ done: Int, _ total: Int, _ name: String, since begin: Seconds) -> String {
    let spent = Clock.now() - begin
    let left =
      done == 0 ? "" : ", about \(Int(spent.value / Double(done) * Double(total - done) + 0.5)) s left"
    return "[\(done + 1)/\(total)\(left)] \(name)"
  }
}

/// The revision of the checkout that the executable was built in.
enum Revision {
  static var current: String? {
    let git = Process()
    git.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    let folder = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
      .deletingLastPathComponent()
    git.arguments = ["git", "-C", folder.path, "describe", "--always", "--dirty", "--abbrev=12"]
    let pipe = Pipe()
    git.standardOutput = pipe
    git.standardError = FileHandle.nullDevice
    guard (try? git.run()) != nil else { return nil }
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    git.waitUntilExit()
    guard git.terminationStatus == 0 else { return nil }
    return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
