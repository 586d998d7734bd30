import Files
import Foundation
import Gate
import PlainText
import Records
import Reporting
import Workloads

/// `cbambench gate`: records against a baseline that a repository keeps.
enum GateCommand: Command {
  static let name = "gate"
  static let synopsis = "RECORDS.csv --baseline BASELINE.csv [OPTION]..."
  static let summary = "check records against a stored baseline: counts exactly, times with a tolerance"
  static let example = "cbambench gate Reports/ci.csv --baseline Bench/Baselines/ci.csv"
  static let options: [Option] = [
    Option(name: "--baseline", value: "FILE", help: "rows to compare with"),
    Option(name: "--update", value: nil, help: "make these records the baseline"),
    Option(name: "--allow-missing", value: nil, help: "rows of the baseline may be missing from the records"),
    .policy, .onUndetermined, .annotate, .junit, .format, .columns, .wide, .output, .export, .quiet,
  ]

  static func run(_ arguments: Arguments, _ context: Context) throws -> ExitStatus {
    guard arguments.targets.count == 1, let path = arguments.targets.first,
      let baselinePath = arguments.value("--baseline")
    else { throw UsageError("gate needs one file of records and --baseline, such as \(example)") }
    if arguments.has("--update") { return try update(arguments, path) }
    let outputs = try Outputs(arguments, columns: VerdictReport.columnNames)
    let judging = try JudgingOptions(arguments)
    let (records, baseline) = (try read(path), try read(baselinePath))
    let all = records + baseline
    let option = try PolicyOption(
      arguments, kernels: context.kernels, others: Set(all.flatMap { [$0.kernel, $0.requestedKernel] }))
    let judge = BaselineJudge(
      option.policy, allowsMissing: arguments.has("--allow-missing"),
      today: ISO8601DateFormatter().string(from: Date()))
    let judgements = judge.judgements(records, baseline: baseline)
    guard judgements.contains(where: { $0.trouble != .ignored }) else {
      throw UsageError("the policy ignores all \(judgements.count) cases; nothing is left to judge")
    }
    let report = VerdictReport(
      judgements,
      preface: preface(records, baseline) + judgements.obstacles
        + option.check.idle(all.map(RuleSubject.init)),
      names: outputs.columns)
    try outputs.write(report.report)
    try judging.export.write(records)
    try judging.junit?.write(CIFormats.junit(judgements, suite: "cbambench gate"))
    judging.annotate(judgements)
    return conclude(arguments, judgements, fails: judging.failsOnUndetermined)
  }

  private static func update(_ arguments: Arguments, _ path: String) throws -> ExitStatus {
    let useless = arguments.names.subtracting(["--baseline", "--update", "--help"]).sorted()
    if let other = useless.first { throw UsageError("\(other) has no effect with --update") }
    let records = try read(path)
    guard !records.contains(where: { ["disagrees", "mistrusted"].contains($0.status) }) else {
      throw UsageError(
        "\(path.shownPath): has results that are wrong or mistrusted; they cannot be a baseline")
    }
    guard records.contains(where: { $0.status == Record.Status.ok.rawValue }) else {
      throw UsageError("\(path.shownPath): no row is ok; expected records of 'cbambench run'")
    }
    let file = try arguments.file("--baseline")
    // Reading from a device would wait for somebody to write.
    let old = file.flatMap { $0.isRegular ? FileManager.default.contents(atPath: $0.path) : nil }
      .flatMap { try? RecordsFile.read($0) }
    try file?.write(BaselineFile.text(records))
    for line in old.map({ BaselineFile.losses(records, old: $0) }) ?? [] {
      Console.note("cbambench: \(line)")
    }
    return .fine
  }

  private static func read(_ path: String) throws(UsageError) -> [Record] {
    let bytes: [UInt8]
    do { bytes = try InputFile.bytes(path, expected: "a file of records", atMost: 1 << 28) } catch {
      throw UsageError("\(error)")
    }
    do { return try RecordsFile.read(Data(bytes), advice: advice) } catch {
      throw UsageError("\(path.shownPath): \(error)")
    }
  }

  private static func advice(_ file: OwnFile) -> String {
    switch file {
    case .partial: ", which 'cbambench run --resume FILE' completes"
    case .samples: ", which 'cbambench compare --samples FILE' judges"
    }
  }

  private static func preface(_ records: [Record], _ baseline: [Record]) -> [String] {
    let (here, there) = (BaselineFile.machines(records), BaselineFile.machines(baseline))
    if here == there && here != "an unknown machine" {
      return ["same machine as the baseline's: \(here)"]
    }
    return [
      "coarse check: times of two machines cannot be compared, shares of what each can do are; "
        + "records from \(here), baseline from \(there)"
    ]
  }

  private static func conclude(
    _ arguments: Arguments, _ judgements: [CaseJudgement], fails: Bool
  ) -> ExitStatus {
    let conclusion = judgements.conclusion(failsOnUndetermined: fails)
    let least: CaseJudgement.Severity = conclusion == .undetermined ? .undetermined : .worse
    let status = ExitStatus(conclusion)
    guard status != .fine else { return .fine }
    for item in judgements where item.severity >= least {
      Console.note("cbambench: \(item.name.shown): \(CIFormats.sentence(item))")
    }
    if conclusion == .nothing { Console.note("cbambench: no row of the records could be judged") }
    Console.note("cbambench gate \(arguments.words.map(\.shellWord).joined(separator: " "))")
    return status
  }
}
