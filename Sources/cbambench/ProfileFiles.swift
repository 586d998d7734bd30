import Harness
import Records

/// The files that `profile` writes; their names tell the form.
struct ProfileFiles {
  private typealias Form = (ending: String, bytes: (ProfileReport) -> [UInt8])
  private static var forms: [Form] {
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

  private let files: [(file: OutputFile, form: Form)]
  private let isQuiet: Bool

  init(_ arguments: Arguments) throws(UsageError) {
    var files: [(file: OutputFile, form: Form)] = []
    for path in arguments.all("--output") {
      guard let form = ProfileFiles.forms.first(where: { path.hasSuffix($0.ending) }) else {
        throw UsageError("--output \(path): the name must end in one of: \(ProfileFiles.endings)")
      }
      guard !files.contains(where: { $0.file.path == path }) else {
        throw UsageError("--output \(path) is given twice")
      }
      do { files.append((try OutputFile(path), form)) } catch { throw UsageError("\(error)") }
    }
    self.files = files
    isQuiet = arguments.has("--quiet")
    if isQuiet && files.isEmpty { throw UsageError("--quiet without --output would leave no result") }
  }

  static func timeline(_ arguments: Arguments) throws(UsageError) -> OutputFile? {
    guard let path = arguments.value("--timeline") else { return nil }
    guard path.hasSuffix(".json") else { throw UsageError("--timeline \(path): the name must end in .json") }
    do { return try OutputFile(path) } catch {
      throw UsageError(error.description.replacing("--output", with: "--timeline"))
    }
  }

  func write(_ report: ProfileReport) throws(UsageError) {
    if !isQuiet { try Console.print(report.text) }
    for (file, form) in files {
      do { try file.write(form.bytes(report)) } catch { throw UsageError("\(error)") }
    }
  }
}
