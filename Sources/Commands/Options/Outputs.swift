import Foundation
import PlainText
import Reporting
import Workloads

/// Where results go.
struct Outputs {
  private let format: Report.Format
  private let quiet: Bool
  private let files: [(OptionFile, Report.Format)]
  private let tables: TableOptions

  /// - Parameter columns: names that `--columns` may have.
  init(_ arguments: Arguments, columns: [String] = []) throws(UsageError) {
    let name = arguments.value("--format") ?? "table"
    guard let format = Report.Format(rawValue: name) else {
      throw UsageError("--format \(name.shown): expected one of: table csv json markdown")
    }
    self.format = format
    quiet = arguments.has("--quiet")
    var files: [(OptionFile, Report.Format)] = []
    for path in arguments.all("--output") {
      guard !files.contains(where: { $0.0.path == path }) else {
        throw UsageError("--output \(path.shownPath) is given twice")
      }
      let forms: [String: Report.Format] = ["csv": .csv, "json": .json, "md": .markdown, "txt": .table]
      let ending = URL(fileURLWithPath: path).pathExtension
      let device = path.hasPrefix("/dev/")
      guard let form = forms[ending] ?? (device ? format : nil) else {
        throw UsageError("--output \(path.shownPath): the name must end in .csv, .json, .md or .txt")
      }
      files.append((try OptionFile(path, "--output"), form))
    }
    self.files = files
    if quiet && files.isEmpty { throw UsageError("--quiet without --output would leave no result") }
    tables = try TableOptions(arguments, known: columns)
    for option in ["--columns", "--wide"] where arguments.has(option) && !showsTables {
      throw UsageError("\(option) has no effect on csv and json, which have all columns anyway")
    }
  }

  /// Columns of tables that were asked for.
  var columns: [String]? { tables.columns }

  /// The first file that can have a side file.
  var regularFile: String? { files.first { $0.0.isRegular }?.0.path }

  /// Whether anybody gets a form for people: a table or Markdown.
  var showsTables: Bool {
    ((quiet ? [] : [format]) + files.map { $0.1 }).contains { $0 == .table || $0 == .markdown }
  }

  func write(_ report: Report) throws(UsageError) {
    // All are tried, so that one full disk does not cost what was measured.
    var failure: UsageError?
    if !quiet { do { try Console.print(report.text(format, width: tables.width)) } catch { failure = error } }
    for (file, form) in files {
      let folder = (file.path as NSString).deletingLastPathComponent
      let linked = form == .markdown ? report.linked?(folder) : nil
      do { try file.write(linked ?? report.text(form)) } catch { failure = failure ?? error }
    }
    if let failure { throw failure }
  }
}
