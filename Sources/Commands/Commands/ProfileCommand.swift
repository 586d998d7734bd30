import CaseProfiles
import Foundation
import Harness
import Measurement
import PlainText
import Profiling
import Reporting
import Workloads

/// `cbambench profile`: where the time of one case goes.
enum ProfileCommand: Command {
  static let name = "profile"
  static let synopsis = "TARGET [OPTION]..."
  static let summary = "show where the time or memory of one workload goes: stages, workers, functions"
  static let files = 6
  static let example = "cbambench profile cbam@1x256x56x56 --threads 2 --output cbam.svg --output cbam.pb.gz"
  static let options: [Option] = [
    Option(name: "--threads", value: "T", help: "one thread count; default 2, or 1 if one CPU is usable"),
    Option(
      name: "--kernels", value: "reference|tiled|NAME",
      help: "one kernel; default tiled: the selector's choice"),
    Option(name: "--isa", value: "baseline|avx2|avx512|best", help: "one instruction set; default best"),
    .exact, .tuned, .data, .weightsData, .style, .pass, .batch, .filter, .seed,
    Option(
      name: "--budget", value: "SECONDS",
      help: "longest time of sampling, or of calls with --heap; default 10, less if samples suffice"),
    Option(name: "--layers", value: nil, help: "also what each layer of a network takes"),
    Option(
      name: "--diff", value: "OTHER.prof",
      help: "compare with a profile written before; OTHER.heap with --heap"),
    Option(
      name: "--timeline", value: "FILE.json", help: "also trace some calls: which worker did which tiles when"
    ),
    Option(
      name: "--output", value: "FILE",
      help: "also write \(ProfileReport.forms.map(\.ending).joined(separator: " ")); may be repeated"),
    Option(
      name: "--heap", value: nil,
      help: "memory instead of time: who allocates in prepare and in calls; --output writes .heap, not .prof"),
    .quiet,
  ]

  static func run(_ arguments: Arguments, _ context: Context) throws -> ExitStatus {
    do {
      if arguments.has("--heap") {
        try HeapProfile.run(arguments, context)
      } else {
        try time(arguments, context)
      }
    } catch let wrong as WrongResult {
      Console.note("cbambench: \(wrong.reason)")
      Console.note(wrong.reproduction.line(arguments))
      return .wrong
    } catch let several as SeveralCases {
      let (count, names) = (several.kernels.count, several.kernels.joined(separator: " "))
      throw UsageError("a profile is of one case, --kernels names \(count): \(names)")
    } catch let few as TooFewSamples where !few.isInterrupted {
      throw UsageError("\(few), a longer --budget gives more")
    } catch let none as NoLayers {
      throw UsageError("--layers has no effect on \(none.workload): \(none.kernel) computes it as a whole")
    }
    return Interrupt.isSet ? .interrupted : .fine
  }

  /// Where the time goes.
  private static func time(_ arguments: Arguments, _ context: Context) throws {
    let files = try FormFiles(arguments, ProfileReport.forms)
    let timeline = try timelineFile(arguments)
    let other = try ProfileOptions.earlier(arguments) { bytes, path in
      OtherProfile(try RecordedProfile(bytes, name: path), path: path)
    }
    let options = try ProfileOptions(arguments, kernels: context.kernels)
    let (workload, budget) = (options.workload, options.budget)
    let profiler = CaseProfiler(plan: options.plan, tiled: context.tiled) { Interrupt.isSet }
    // First, as it is this that may be refused.
    let layers =
      arguments.has("--layers") ? try profiler.layers(workload, budget: Seconds(min(2, budget.value))) : nil
    let profile = try profiler.profile(workload, budget: budget)
    let report = ProfileReport(profile, other: other, layers: layers)
    try files.write(report, text: report.text)
    if let timeline {
      let trace = try profiler.trace(workload)
      try timeline.write(trace.json)
      Console.note(trace.sentence(file: timeline.path))
    }
  }

  private static func timelineFile(_ arguments: Arguments) throws(UsageError) -> OptionFile? {
    guard let path = arguments.value("--timeline") else { return nil }
    guard path.hasSuffix(".json") else {
      throw UsageError("--timeline \(path.shownPath): the name must end in .json")
    }
    return try OptionFile(path, "--timeline")
  }
}
