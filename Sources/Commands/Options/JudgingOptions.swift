import Gate
import Workloads

/// What is done with judgements besides the report.
struct JudgingOptions {
  let junit: OptionFile?
  let export: Export
  /// Whether open cases fail the run.
  let failsOnUndetermined: Bool
  private let annotates: Bool

  init(_ arguments: Arguments) throws(UsageError) {
    (junit, export) = (try arguments.file("--junit"), try Export(arguments))
    failsOnUndetermined = try arguments.failsOnUndetermined()
    annotates = try arguments.annotates()
  }

  /// Annotations on standard error, where they are asked for.
  func annotate(_ judgements: [CaseJudgement]) {
    if annotates { for line in CIFormats.annotations(judgements) { Console.note(line) } }
  }
}
