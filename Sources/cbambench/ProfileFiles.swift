import PlainText
import Workloads

/// The files that `profile` writes; their names tell the form.
struct ProfileFiles {
  private static var forms: [FormFiles<ProfileReport>.Form] {
    [
      (".prof", { $0.profile.recorded.bytes }),
      (".pb.gz", { $0.pprof }),
      (".folded", { Array($0.collapsed.utf8) }),
      (".speedscope.json", { Array($0.speedscope.utf8) }),
      (".svg", { Array($0.flameGraph.svg.utf8) }),
      (".txt", { Array($0.text.utf8) }),
      (".md", { Array($0.markdown.utf8) }),
    ]
  }

  static var endings: String { forms.map(\.ending).joined(separator: " ") }

  /// How a profile is written in the form of an ending; nil: there is no such form.
  static func form(_ ending: String) -> ((ProfileReport) -> [UInt8])? {
    forms.first { $0.ending == ending }?.bytes
  }

  private let files: FormFiles<ProfileReport>

  init(_ arguments: Arguments) throws(UsageError) { files = try FormFiles(arguments, ProfileFiles.forms) }

  static func timeline(_ arguments: Arguments) throws(UsageError) -> OptionFile? {
    guard let path = arguments.value("--timeline") else { return nil }
    guard path.hasSuffix(".json") else {
      throw UsageError("--timeline \(path.shownPath): the name must end in .json")
    }
    return try OptionFile(path, "--timeline")
  }

  func write(_ report: ProfileReport) throws(UsageError) { try files.write(report, text: report.text) }
}
