import CaseProfiles
import Files
import Foundation
import Harness
import Kernels
import Measurement
import PlainText
import Profiling
import TiledKernels
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
    .data, .weightsData, .style, .filter, .seed,
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
      help: "also write \(ProfileFiles.endings); may be repeated"),
    Option(
      name: "--heap", value: nil,
      help: "memory instead of time: who allocates in prepare and in calls; --output writes .heap, not .prof"),
    .quiet,
  ]

  static func run(_ arguments: Arguments) throws -> ExitStatus {
    do {
      if arguments.has("--heap") { try HeapProfileCommand.run(arguments) } else { try time(arguments) }
    } catch let wrong as WrongResult {
      Console.note("cbambench: \(wrong.reason)")
      Console.note(wrong.reproduction.line)
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
  private static func time(_ arguments: Arguments) throws {
    let files = try ProfileFiles(arguments)
    let timeline = try ProfileFiles.timeline(arguments)
    let other = try arguments.value("--diff").map(OtherProfile.init(path:))
    let plan = try onePlan(arguments)
    let workload = try oneWorkload(arguments)
    try plan.checkData([workload])
    let budget = Seconds(try arguments.seconds("--budget", upTo: 1e6) ?? 10)
    let profiler = CaseProfiler(plan: plan, tiled: Catalogue(tiledKernels)) { Interrupt.isSet }
    // First, as it is this that may be refused.
    let layers =
      arguments.has("--layers") ? try profiler.layers(workload, budget: Seconds(min(2, budget.value))) : nil
    let profile = try profiler.profile(workload, budget: budget)
    try files.write(ProfileReport(profile, other: other, layers: layers))
    if let timeline {
      let trace = try profiler.trace(workload)
      try timeline.write(trace.json)
      Console.note(trace.sentence(file: timeline.path))
    }
  }

  static func onePlan(_ arguments: Arguments) throws(UsageError) -> Plan {
    var defaults = Plan()
    defaults.requests = [.tiled]
    defaults.threads = [min(2, Machine().usableCPUs)]
    let plan = try Plan(arguments, defaults: defaults)
    for (name, count) in [
      ("--threads", plan.threads.count), ("--kernels", plan.requests.count), ("--isa", plan.isas.count),
    ] where count != 1 {
      throw UsageError(
        "\(name) \((arguments.value(name) ?? "").shown): names \(count) of them; a profile is of one case")
    }
    return plan
  }

  static func oneWorkload(_ arguments: Arguments) throws(UsageError) -> Workload {
    guard arguments.targets.count == 1 else {
      throw UsageError("a profile covers one workload; \(arguments.targets.count) targets were given")
    }
    let workloads = try resolve(arguments, standard: "").flatMap(\.workloads)
    guard workloads.count == 1 else {
      throw UsageError(
        "'\(arguments.targets[0].shown)' has \(workloads.count) workloads, a profile is of one; 'cbambench list workloads' "
          + "names them")
    }
    return workloads[0]
  }
}

extension ProfileCommand {
  /// Reads the file that `--diff` names.
  static func other<T>(_ path: String, _ read: ([UInt8]) throws -> T) throws(UsageError) -> T {
    let bytes: [UInt8]
    do { bytes = try InputFile.bytes(path, expected: "a profile", atMost: 1 << 30) } catch {
      throw UsageError("--diff \(error)")
    }
    do { return try read(bytes) } catch { throw UsageError("--diff \(error)") }
  }
}

/// A profile that was written before.
struct OtherProfile {
  let path: String
  let stacks: StackProfile
  /// What it is of; nil if another program wrote it.
  let title: String?

  init(path: String) throws(UsageError) {
    let recorded = try ProfileCommand.other(path) { try RecordedProfile($0, name: path) }
    (self.path, title, stacks) = (path, recorded.notes["case"], Attribution.attribute(recorded))
  }
}
