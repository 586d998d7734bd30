import Contest
import Files
import Foundation
import Gate
import Measurement
import PlainText
import Records
import Reporting
import Workloads

/// `cbambench compare`: two builds measured side by side, and what that says.
enum CompareCommand: Command {
  static let name = "compare"
  static let synopsis =
    "(--base OLD [--head NEW] | --samples FILE | --self-test) [TARGET]... [OPTION]...   (default: suite ci)"
  static let summary = "measure two builds side by side: regressed, improved, same or undetermined"
  static let files = 10
  static let example = "cbambench compare --base ../old/.build/release/cbambench ci --save samples.txt"
  static let options: [Option] = [
    Option(name: "--base", value: "FILE", help: "executable of the old build"),
    Option(name: "--head", value: "FILE", help: "executable of the new build; default: this one"),
    Option(name: "--samples", value: "FILE", help: "judge a saved run again, without measuring"),
    Option(name: "--save", value: "FILE", help: "keep everything that was measured"),
    Option(
      name: "--self-test", value: nil,
      help: "measure how often this gate is wrong on this machine; default budget 720"),
    Option(
      name: "--extra-tiles", value: "PERCENT,...",
      help: "slowdowns that a self-test plants; default 0,1,2,5,10,20"),
    .profileRegressions, .policy, .onUndetermined, .annotate, .junit, .threads, .kernels, .isa, .cache,
    .exact, .tuned, .data, .weightsData, .style, .pass, .batch, .filter, .seed,
    Option(name: "--rounds", value: "N", help: "processes of each side; default: as the budget allows"),
    Option(name: "--budget", value: "SECONDS", help: "time for everything; default 120"), .caseLimit, .format,
    .columns, .wide, .output, .export, .quiet,
  ]

  static func run(_ arguments: Arguments, _ context: Context) throws -> ExitStatus {
    let outputs = try Outputs(arguments, columns: VerdictReport.columnNames)
    if arguments.has("--self-test") { return try selfTest(arguments, context, outputs) }
    if arguments.has("--extra-tiles") {
      throw UsageError("--extra-tiles has no effect without --self-test")
    }
    let judging = try JudgingOptions(arguments)
    let policy = try PolicyOption(arguments, kernels: context.kernels)
    let judge = PairedJudge(policy.policy)
    var failures: [UsageError] = []
    let (paired, profiler) =
      if arguments.has("--samples") { (try saved(arguments), nil as RegressionProfiles?) } else {
        try measured(arguments, context, judge, &failures)
      }
    var judgements = judge.judgements(paired)
    if judgements.isEmpty && Interrupt.isSet {
      Console.note("cbambench: interrupted; nothing had been measured yet")
      return .interrupted
    }
    try requireCases(judgements)
    let profiles = profiler?.made(of: judgements) ?? [:]
    for (index, profile) in profiles { judgements[index].notes.append(profile.note) }
    let report = VerdictReport(
      judgements, preface: preface(paired, judge) + policy.check.idle(paired.subjects),
      profiles: profiles, names: outputs.columns)
    // All are tried, so that one full disk does not cost what was measured.
    for write in [
      { try outputs.write(report.report) },
      {
        try judging.export.write(paired.records(.head, judgements), base: paired.records(.base, judgements))
      },
      { try judging.junit?.write(CIFormats.junit(judgements, suite: "cbambench compare")) },
    ] as [() throws -> Void] {
      do { try write() } catch { failures.append(UsageError("\(error)")) }
    }
    judging.annotate(judgements)
    let status = conclude(judgements, paired, fails: judging.failsOnUndetermined)
    if !failures.isEmpty { throw UsageError(failures.map(\.description).joined(separator: "; ")) }
    return status
  }

  private static func requireCases(_ judgements: [CaseJudgement]) throws(UsageError) {
    guard !judgements.isEmpty else { throw UsageError("neither build knows any of these workloads") }
    guard judgements.contains(where: { $0.trouble != .ignored }) else {
      throw UsageError("the policy ignores all \(judgements.count) cases; nothing is left to compare")
    }
  }

  private static func preface(_ run: PairedRun, _ judge: PairedJudge) -> [String] {
    let disturbance = judge.disturbance(run)
    let causes = run.turns.compactMap { disturbance.cause($0) }
    let told = Disturbance.Cause.allCases.compactMap { cause -> String? in
      let count = causes.count { $0 == cause }
      return count == 0 ? nil : "\(count) \(cause.words)"
    }
    let rounds = Set(run.turns.map(\.round)).count
    return [
      "base: \(run.base)", "head: \(run.head)", "on \(run.machine), seed \(run.seed), \(run.started)",
      "\(rounds) rounds, \(run.turns.count) turns, \(causes.count) of them disturbed and not counted"
        + (told.isEmpty ? "" : " (\(told.joined(separator: ", ")))"),
    ]
  }

  private static func saved(_ arguments: Arguments) throws -> PairedRun {
    let path = arguments.value("--samples") ?? ""
    let judging: Set<String> = [
      "--samples", "--policy", "--on-undetermined", "--annotate", "--junit", "--format", "--output",
      "--export", "--quiet",
    ]
    if let other = arguments.names.subtracting(judging).sorted().first {
      throw UsageError("\(other) has no effect with --samples, which measures nothing")
    }
    if let target = arguments.targets.first {
      throw UsageError("target '\(target.shown)' has no effect with --samples, which measures nothing")
    }
    let bytes: [UInt8]
    do { bytes = try InputFile.bytes(path, expected: "a file of samples", atMost: 1 << 30) } catch {
      throw UsageError("--samples \(error)")
    }
    do { return try PairedRunFile.read(String(decoding: bytes, as: UTF8.self)) } catch {
      throw UsageError("--samples \(path.shownPath): \(error)")
    }
  }

  /// - Parameter failures: what could not be written.
  private static func measured(
    _ arguments: Arguments, _ context: Context, _ judge: PairedJudge, _ failures: inout [UsageError]
  ) throws -> (PairedRun, RegressionProfiles?) {
    guard let base = arguments.value("--base") else {
      throw UsageError("compare needs --base or --samples, such as \(example)")
    }
    let head = arguments.value("--head") ?? Executable.path
    let save = try arguments.file("--save")
    let machine = Machine()
    let setting = try CompareSetting(
      arguments, context, machine, budget: 120, requests: [.reference, .tiled])
    let run = PairedRun(
      seed: setting.plan.seed, started: ISO8601DateFormatter().string(from: Date()),
      machine: machine.description,
      base: base, head: arguments.value("--head") ?? "this build")
    let builds = (try Executable.absolute(base, "--base"), try Executable.absolute(head, "--head"))
    let profiles = try RegressionProfiles(
      arguments, base: builds.0, head: builds.1, seed: setting.plan.seed, caseLimit: setting.limit)
    let serve = ["serve"] + CaseOptions.data(setting.plan.data.text) + CaseOptions.selector(arguments)
    let contest = Contest(
      ContestPlan(
        base: [builds.0] + serve, head: [builds.1] + serve, plan: setting.plan,
        budget: Seconds(setting.budget), limit: Seconds(setting.limit)),
      ContestRules(judge), workloads: setting.workloads, run: run, isInterrupted: { Interrupt.isSet },
      onProgress: { Console.progress($0) },
      onRound: { run in try? save?.write(PairedRunFile.text(run)) })
    defer { Console.progress("") }
    let result = try contest.run()
    if let trouble = contest.trouble.map({ UsageError($0) }) {
      guard !result.turns.isEmpty else { throw trouble }
      Console.note("cbambench: \(trouble); what was measured before that is judged")
    }
    do { try save?.write(PairedRunFile.text(result)) } catch { failures.append(error) }
    return (result, profiles)
  }

  private static func selfTest(_ arguments: Arguments, _ context: Context, _ outputs: Outputs) throws
    -> ExitStatus
  {
    let others = [
      "--base", "--head", "--samples", "--save", "--profile-regressions", "--on-undetermined", "--annotate",
      "--junit", "--export",
    ]
    if let other = others.first(where: { arguments.has($0) }) {
      throw UsageError("\(other) has no effect with --self-test, which compares this build with itself")
    }
    let machine = Machine()
    // The reference is a single tile, so no slowdown can be planted in it.
    let setting = try CompareSetting(arguments, context, machine, budget: 720, requests: [.tiled])
    let test = SelfTest(
      plan: setting.plan, policy: try PolicyOption(arguments, kernels: context.kernels).policy,
      planted: try arguments.integers("--extra-tiles", 0...100) ?? SelfTest.standard,
      workloads: setting.workloads, budget: setting.budget, limit: setting.limit, machine: machine,
      serving: CaseOptions.data(setting.plan.data.text) + CaseOptions.selector(arguments))
    let (report, status) = try test.run()
    try outputs.write(report)
    if status == .worse { Console.note("cbambench: equal builds look different on this machine too often") }
    return status
  }

  private static func conclude(_ judgements: [CaseJudgement], _ run: PairedRun, fails: Bool) -> ExitStatus {
    let conclusion = judgements.conclusion(failsOnUndetermined: fails)
    let status = ExitStatus(conclusion)
    let told: [CaseJudgement] =
      switch conclusion {
      case .broken, .worse: judgements.filter { $0.severity >= .worse }
      case .undetermined: judgements.filter { $0.severity == .undetermined }
      case .nothing: Array(judgements.prefix(1))
      case .fine: []
      }
    for item in told { Console.note("cbambench: \(item.name.shown): \(CIFormats.sentence(item))") }
    if conclusion == .nothing { Console.note("cbambench: nothing could be compared") }
    if Interrupt.isSet {
      Console.note("cbambench: interrupted; the judgements above cover what was measured before that")
      if status == .fine || status == .unusable { return .interrupted }
    }
    if status != .fine, let first = told.first {
      let head = run.head == "this build" ? "" : " --head \(run.head.shellWord)"
      let base = run.base.shellWord
      Console.note("cbambench compare --base \(base)\(head) \(first.identity.options) --seed \(run.seed)")
    }
    return status
  }
}
