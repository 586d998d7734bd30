import Files
import Foundation
import Harness
import Measurement
import PlainText
import Reporting
import Workloads

extension Option {
  static let profile = Option(
    name: "--profile", value: "DIR",
    help: "also profile each case once it is measured, up to \(Int(ProfileFolder.budget.value)) s more: "
      + ProfileFolder.endings.joined(separator: " "))
}

/// The folder of profiles beside the records of a run: `WORKLOAD.KERNEL.ISA.THREADS` with the endings below.
struct ProfileFolder {
  /// The longest time that a case is sampled, unless one call takes longer.
  static let budget = Seconds(2)
  /// For other tools and `profile --diff`; to look at; to read.
  static let endings = [".prof", ".folded", ".svg", ".md"]

  let path: String
  /// Workloads' names as file names, by index.
  private let names: [String]

  /// - Parameter workloads: names of the run's workloads in order.
  /// - Throws: if the folder cannot be made or written.
  init?(_ arguments: Arguments, _ workloads: [String]) throws(UsageError) {
    guard let path = arguments.value("--profile") else { return nil }
    if let cache = arguments.value("--cache"), cache != "hot" {
      throw UsageError(
        "--profile has no effect with --cache \(cache.shown): calls are profiled one right after the other")
    }
    try ProfileNames.makeFolder(path, "--profile")
    (self.path, names) = (path, ProfileNames.unique(workloads))
  }

  /// Profiles the cases of a workload that was measured; what does not work is told and costs the others nothing.
  func fill(
    _ index: Int, _ measured: MeasuredWorkload, limit: Seconds, isInterrupted: @escaping () -> Bool,
    _ send: (RunMessage) -> Void
  ) {
    let cases = measured.profilable
    for (place, key) in cases.enumerated() {
      send(.step(index, Step(.profile, key)))
      var reason: String?
      do {
        let budget = min(Self.budget, Seconds(limit.value / 2))
        let profile = try measured.profile(key, budget: budget, isInterrupted: isInterrupted)
        try write(ProfileReport(profile, other: nil), ProfileNames.stem(path, names[index], key))
      } catch {
        reason = "\(error)"
      }
      if isInterrupted() {
        let left = cases.count - place - (reason == nil ? 1 : 0)
        if left > 0 { send(.note(index, "interrupted; \(left) of \(cases.count) cases have no profile")) }
        break
      }
      if let reason { send(.note(index, "\(key.words): no profile: \(reason)")) }
    }
  }

  private func write(_ report: ProfileReport, _ stem: String) throws {
    for ending in Self.endings {
      guard let form = ProfileReport.forms.first(where: { $0.ending == ending }) else {
        preconditionFailure("'\(ending)' is not a form of profile")
      }
      try OutputFile(stem + ending).write(form.bytes(report))
    }
  }
}
