import Harness
import Kernels
import Measurement
import Models
import PlainText
import Records
import Reporting
import TiledKernels

/// `cbambench verify`: right or wrong, not how fast.
enum Verify: Command {
  static let name = "verify"
  static let synopsis = "[TARGET]... [OPTION]...   (default target: suite awkward)"
  static let summary = "compare kernels with the oracle; nothing is timed"
  static let example = "cbambench verify conv:out=8,k=3,p=1@1x3x7x5 --kernels all --threads 1,2,5"
  static let options: [Option] = [
    .threads, .kernels, .isa, .data, .weightsData, .style, .filter, .seed, .format, .output, .quiet,
  ]

  static func run(_ arguments: Arguments) throws -> ExitStatus {
    let outputs = try Outputs(arguments)
    var defaults = Plan()
    defaults.requests = [.reference, .all]
    defaults.isas = ISA.allCases.filter(\.isAvailable)
    defaults.threads = [1, 2, 5]
    let plan = try Plan(arguments, defaults: defaults)
    let workloads = try resolve(arguments, standard: "awkward", networkInput: { $0.smallInput })
      .flatMap(\.workloads)
    try plan.data.check(workloads)
    let verifier = Verifier(plan: plan, tiled: Catalogue(TiledKernels.all)) { Interrupt.isSet }
    let begin = Clock.now()
    var checks: [Check] = []
    for (index, workload) in workloads.enumerated() where !Interrupt.isSet {
      Console.progress(Progress.line(index, workloads.count, workload.name, since: begin))
      do { checks += try verifier.check(workload) } catch {
        throw UsageError("\(workload.shownName): \(error)")
      }
    }
    Console.progress("")
    if !(checks.isEmpty && Interrupt.isSet) { try outputs.write(report(checks)) }
    return conclude(checks)
  }

  private static func report(_ checks: [Check]) -> Report {
    var table = Table(
      ["workload", "kernel", "isa"].map { Table.Header($0, .left) }
        + [
          Table.Header("T"), Table.Header("inputs"), Table.Header("error/bound"),
          Table.Header("verdict", .left),
        ])
    let rows = checks.map { check in
      [
        check.workload.name, check.kernel, check.isa, Numbers.count(check.threads),
        Numbers.count(check.fillings),
        Numbers.significant(check.worstRatio), word(check.outcome),
      ]
    }
    for row in rows { table.add(row) }
    let names = ["workload", "kernel", "isa", "threads", "inputs", "worst_ratio", "verdict"]
    let lines = [names] + rows.map { $0.map(EscapedText.escaped) }
    let objects = rows.map { row in
      "  {" + zip(names, row).map { "\(JSON.string($0)): \(JSON.string($1))" }.joined(separator: ", ") + "}"
    }
    return Report(
      table: table.console, markdown: table.markdown, csv: lines.map(CSV.line).joined(),
      json: "[\n" + objects.joined(separator: ",\n") + "\n]\n")
  }

  private static func word(_ outcome: Check.Outcome) -> String {
    switch outcome {
    case .right: "right"
    case .skipped(let reason): "skipped: \(reason)"
    case .wrong(let reason): "wrong: \(reason)"
    case .mistrusted(let reason): "mistrusted: \(reason)"
    }
  }

  private static func conclude(_ checks: [Check]) -> ExitStatus {
    let bad = checks.filter { $0.reproduction != nil }
    let right = checks.count { $0.outcome == .right }
    if right + bad.count == 0 && !Interrupt.isSet {
      let first = checks.first.map { "\($0.workload.shownName): \(word($0.outcome))" }
      Console.note("cbambench: nothing was verified; \(first ?? "no workload")")
      return .unusable
    }
    Console.note(
      "cbambench: \(Interrupt.isSet ? "interrupted; until then " : "")\(right) of \(checks.count) checks right, "
        + "\(bad.count) wrong or mistrusted")
    for check in bad { if let line = check.reproduction { Console.note(line) } }
    if !bad.isEmpty { return .wrong }
    return Interrupt.isSet ? .interrupted : .fine
  }
}
