import Foundation
import PlainText
import Records
import Reporting
import Workloads

extension Option {
  static let export = Option(
    name: "--export", value: "KIND=FILE",
    help:
      "also write for another tool: google-benchmark, github-action, bencher or peers (a page with contenders); may be repeated"
  )
}

/// Records for another tool, in files that are opened before anything is measured.
struct Export {
  /// Text of records, and of those that they were compared with.
  private typealias Form = @Sendable (_ records: [Record], _ base: [Record]?) -> String
  private let files: [(file: OptionFile, text: Form)]

  private static let forms: [String: [Form]] = [
    "google-benchmark": [
      { rows, base in base.map { Exports.googleBenchmark(rows, base: $0) } ?? Exports.googleBenchmark(rows) }
    ],
    "peers": [{ rows, _ in PeersReport.markdown(rows) }],
    "bencher": [{ Exports.bencher($0, base: $1 ?? []) }],
    "github-action": [
      { Exports.gitHubActionTimes($0, base: $1 ?? []) }, { rows, _ in Exports.gitHubActionRates(rows) },
    ],
  ]

  init(_ arguments: Arguments) throws(UsageError) {
    var files: [(file: OptionFile, text: Form)] = []
    for value in arguments.all("--export") {
      let sides = value.split(separator: "=", maxSplits: 1).map(String.init)
      guard sides.count == 2, let forms = Export.forms[sides[0]] else {
        throw UsageError(
          "--export \(value.shown): expected KIND=FILE, KIND one of: google-benchmark github-action bencher peers"
        )
      }
      for (index, form) in forms.enumerated() {
        // Smaller is better in one file, bigger in the other: that tool has one direction per file.
        let path = index == 0 ? sides[1] : Export.second(sides[1])
        guard !files.contains(where: { $0.file.path == path }) else {
          throw UsageError("--export \(value.shownPath): \(path.shownPath) is given twice")
        }
        files.append((try OptionFile(path, "--export"), form))
      }
    }
    self.files = files
  }

  /// `x.json` becomes `x.throughput.json`.
  private static func second(_ path: String) -> String {
    let url = URL(fileURLWithPath: path)
    let ending = url.pathExtension.isEmpty ? "" : "." + url.pathExtension
    return path.dropLast(ending.count) + ".throughput" + ending
  }

  /// - Parameter base: what the records were compared with; nil: with nothing.
  func write(_ records: [Record], base: [Record]? = nil) throws(UsageError) {
    for (file, text) in files {
      try file.write(text(records, base))
    }
  }
}
