import Foundation
import Harness
import Records
import Reporting

extension Option {
  static let export = Option(
    name: "--export", value: "KIND=FILE",
    help: "also write for another tool: google-benchmark, github-action or bencher")
}

/// Records for another tool, in files that are opened before anything is measured.
struct Export {
  private let files: [(file: OutputFile, text: @Sendable ([Record]) -> String)]

  init(_ arguments: Arguments) throws(UsageError) {
    guard let value = arguments.value("--export") else {
      files = []
      return
    }
    let sides = value.split(separator: "=", maxSplits: 1).map(String.init)
    let texts: [String: [@Sendable ([Record]) -> String]] = [
      "google-benchmark": [Exports.googleBenchmark], "bencher": [Exports.bencher],
      "github-action": [Exports.gitHubActionTimes, Exports.gitHubActionRates],
    ]
    guard sides.count == 2, let forms = texts[sides[0]] else {
      throw UsageError(
        "--export \(value): expected KIND=FILE, KIND one of: google-benchmark github-action bencher")
    }
    var files: [(file: OutputFile, text: @Sendable ([Record]) -> String)] = []
    for (index, form) in forms.enumerated() {
      // Smaller is better in one file, bigger in the other: that tool has one direction per file.
      let path = index == 0 ? sides[1] : Export.second(sides[1])
      do { files.append((try OutputFile(path), form)) } catch {
        throw UsageError("\(error)".replacingOccurrences(of: "--output", with: "--export"))
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

  func write(_ records: [Record]) throws(UsageError) {
    for (file, text) in files {
      do { try file.write(text(records)) } catch {
        throw UsageError("\(error)".replacingOccurrences(of: "--output", with: "--export"))
      }
    }
  }
}
