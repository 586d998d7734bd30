import Kernels

/// What the executable brings to every command.
struct Context: Sendable {
  /// Of the tool.
  let version: String
  /// The kernels that can be measured besides the reference.
  let tiled: Catalogue
  /// Commands for people, in the order of the help.
  let commands: [any Command.Type]

  /// The same with those kernels that the arguments leave to choose from.
  func choosing(_ arguments: Arguments) -> Context {
    guard arguments.has(Option.exact.name) else { return self }
    return Context(version: version, tiled: tiled.exact, commands: commands)
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
