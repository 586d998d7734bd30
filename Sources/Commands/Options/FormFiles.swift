import PlainText
import Reporting
import Workloads

/// Files whose names tell the form in which a report is written.
struct FormFiles<Report> {
  private let files: [(file: OptionFile, form: FileForm<Report>)]
  private let isQuiet: Bool

  init(_ arguments: Arguments, _ forms: [FileForm<Report>]) throws(UsageError) {
    var files: [(file: OptionFile, form: FileForm<Report>)] = []
    for path in arguments.all("--output") {
      guard let form = forms.first(where: { path.hasSuffix($0.ending) }) else {
        let endings = forms.map(\.ending).joined(separator: " ")
        throw UsageError("--output \(path.shownPath): the name must end in one of: \(endings)")
      }
      guard !files.contains(where: { $0.file.path == path }) else {
        throw UsageError("--output \(path.shownPath) is given twice")
      }
      files.append((try OptionFile(path, "--output"), form))
    }
    self.files = files
    isQuiet = arguments.has("--quiet")
    if isQuiet && files.isEmpty { throw UsageError("--quiet without --output would leave no result") }
  }

  func write(_ report: Report, text: String) throws(UsageError) {
    if !isQuiet { try Console.print(text) }
    for (file, form) in files {
      try file.write(form.bytes(report))
    }
  }
}
