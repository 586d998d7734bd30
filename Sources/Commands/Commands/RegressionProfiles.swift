import Foundation
import Gate
import Harness
import Measurement
import Records
import Reporting
import Workloads

extension Option {
  static let profileRegressions = Option(
    name: "--profile-regressions", value: "DIR",
    help:
      "also profile regressed cases in both builds, about 10 s each: .svg and .md of the difference"
  )
}

/// Profiles regressed cases in both builds, each by its own `profile` command.
struct RegressionProfiles {
  /// How long a case is sampled in each build.
  static let sampling = 3.0

  private let folder: String
  private let base: String
  private let head: String
  private let seed: UInt64
  /// The longest that a build may take for one profile: the samples, as long again for calls without the profiler, and
  /// whatever one step of a case may take.
  private let limit: Seconds
  /// Which kernels the builds choose from.
  private let kernels: [String]

  /// - Throws: if the folder cannot be made or written.
  init?(
    _ arguments: Arguments, base: String, head: String, seed: UInt64, caseLimit: Double
  ) throws(UsageError) {
    guard let folder = arguments.value("--profile-regressions") else { return nil }
    if let cache = arguments.value("--cache"), cache != "hot" {
      throw UsageError(
        "--profile-regressions has no effect with --cache \(cache): calls are profiled one right after the other"
      )
    }
    try ProfileNames.makeFolder(folder, "--profile-regressions")
    (self.folder, self.base, self.head, self.seed) = (folder, base, head, seed)
    limit = Seconds(caseLimit + 2 * Self.sampling)
    kernels = CaseOptions.selector(arguments)
  }

  /// Profiles of the cases whose times regressed, by index.
  func made(of judgements: [CaseJudgement]) -> [Int: RegressionProfile] {
    let regressed = judgements.indices.filter { judgements[$0].time?.outcome == .regressed }
    let names = Self.names(judgements)
    var result: [Int: RegressionProfile] = [:]
    for (place, index) in regressed.enumerated() where !Interrupt.isSet {
      let item = judgements[index]
      Console.progress("profiling \(place + 1) of \(regressed.count) regressed cases: \(item.name)")
      result[index] = profile(item.identity, names[item.identity.workloadText] ?? "")
    }
    return result
  }

  /// File names of the workloads by their text.
  private static func names(_ judgements: [CaseJudgement]) -> [String: String] {
    var seen: Set<String> = []
    let firsts = judgements.filter { seen.insert($0.identity.workloadText).inserted }
    return Dictionary(
      uniqueKeysWithValues: zip(firsts.map(\.identity.workloadText), ProfileNames.unique(firsts.map(\.name))))
  }

  private func profile(_ identity: CaseIdentity, _ name: String) -> RegressionProfile {
    let key = CaseKey(kernel: identity.kernel, isa: identity.isa, threads: identity.threads ?? 1)
    let stem = ProfileNames.stem(folder, name, key)
    let (before, flameGraph, report) = (stem + ".base.prof", stem + ".svg", stem + ".md")
    var result = RegressionProfile()
    var difference: [String] = []
    if let reason = run(base, identity, ["--output", before], expected: before) {
      result.trouble = "base: no profile: \(reason)"
    } else {
      difference = ["--diff", before]
    }
    let outputs = [stem + ".head.prof", report, flameGraph].flatMap { ["--output", $0] }
    if let reason = run(head, identity, difference + outputs, expected: flameGraph) {
      result.trouble = [result.trouble, "head: no profile: \(reason)"].compactMap { $0 }.joined(
        separator: "; ")
    } else {
      (result.flameGraph, result.report) = (flameGraph, report)
    }
    return result
  }

  /// - Returns: in some words, why the file that is expected is not there; nil if it is.
  private func run(_ build: String, _ identity: CaseIdentity, _ options: [String], expected: String)
    -> String?
  {
    unlink(expected)
    var words = ["profile", identity.workloadText, "--kernels", identity.kernel]
    if identity.kernel != "reference" {
      words += ["--isa", identity.isa, "--threads", "\(identity.threads ?? 1)"]
    }
    words += ["--seed", "\(seed)", "--budget", "\(Self.sampling)", "--quiet"]
    words += CaseOptions.data(identity.data) + kernels + options
    if let trouble = OtherBuild.run([build] + words, limit: limit, isInterrupted: { Interrupt.isSet }) {
      return trouble
    }
    return FileManager.default.fileExists(atPath: expected) ? nil : "wrote no file"
  }
}
