import Kernels
import PlainText
import Tuning
import Workloads

/// What the executable brings to every command.
struct Context: Sendable {
  /// Of the tool.
  let version: String
  /// The kernels that can be measured besides the reference.
  let tiled: Catalogue
  /// Commands for people, in the order of the help.
  let commands: [any Command.Type]

  /// The same with those kernels that the arguments leave to choose from, and the times that they name.
  func choosing(_ arguments: Arguments) throws(UsageError) -> Context {
    var kernels = arguments.has(Option.exact.name) ? tiled.exact : tiled
    if let path = arguments.value(Option.tuned.name) { kernels = kernels.tuned(by: try Self.times(path)) }
    return Context(version: version, tiled: kernels, commands: commands)
  }

  /// This machine's times in a file; where it has none, that is said.
  private static func times(_ path: String) throws(UsageError) -> MeasuredTimes {
    let file: TuningFile
    do { file = try TuningFile(path: path) } catch { throw UsageError("--tuned \(error)") }
    let times = file.times()
    if times.count == 0 {
      let found = file.fingerprints.map { $0.isEmpty ? "an unknown machine" : $0 }.joined(
        separator: " and of ")
      Console.note(
        "cbambench: --tuned \(path.shownPath): no times of this machine, \(TuningFile.fingerprintHere), but of "
          + "\(found.shown(atMost: 300)); the selector estimates")
    }
    return times
  }

  /// Names of all kernels.
  var kernels: [String] { ["reference"] + tiled.names }
}

/// A word after `cbambench`.
protocol Command: Sendable {
  /// The word.
  static var name: String { get }
  /// What may follow it.
  static var synopsis: String { get }
  /// What it does, in some words.
  static var summary: String { get }
  /// A whole command line.
  static var example: String { get }
  /// All that it takes but `--help`.
  static var options: [Option] { get }
  /// Files, pipes included, that it opens at a time besides the standard streams.
  static var files: Int { get }
  /// Does it: reads options, calls what is below, hands rows to reports.
  static func run(_ arguments: Arguments, _ context: Context) throws -> ExitStatus
}

extension Command {
  static var files: Int { Resources.filesOfAnyCommand }
}
