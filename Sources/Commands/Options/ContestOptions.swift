import Contest
import Records
import Workloads

extension Contest {
  /// What was measured.
  /// - Throws: if a side cannot be started or speaks another language.
  func run() throws(UsageError) -> PairedRun {
    do { return try measure() } catch { throw UsageError(error) }
  }
}

extension UsageError {
  /// The option that names a build, and what is wrong with that.
  init(_ trouble: BuildTrouble) {
    self.init("--\(trouble.side.rawValue) \(trouble.program): \(trouble.reason)")
  }
}
