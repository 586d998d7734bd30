import Glibc
import Kernels
import Operators
import PlainText
import Reporting
import Workloads

/// The tool: its commands, and the kernels that the executable brings.
public struct Application: Sendable {
  private let context: Context

  /// - Parameter tiled: the kernels that can be measured besides the reference.
  public init(version: String, tiled: Catalogue) {
    context = Context(version: version, tiled: tiled, commands: Application.commands)
  }

  private static let commands: [any Command.Type] = [
    RunCommand.self, ListCommand.self, CostCommand.self, VerifyCommand.self, CompareCommand.self,
    GateCommand.self, ProfileCommand.self, TuneCommand.self, MachineCommand.self, CompletionCommand.self,
  ]
  /// Names of the commands for people, in the order of the help.
  package static var commandNames: [String] { commands.map { $0.name } }

  /// For other commands, not for people.
  private static let internals: [any Command.Type] = [ServeCommand.self]

  /// Does what the command line says and ends the process.
  public func main() -> Never {
    Resources.openStandardStreams()
    Interrupt.watch()
    do {
      try Resources.check()
      let status = try run(Array(CommandLine.arguments.dropFirst()))
      exit((status == .fine && Interrupt.isSet ? .interrupted : status).rawValue)
    } catch {
      Console.progress("")
      // What a signal has ended does not blame anything else.
      Console.note("cbambench: \(Interrupt.isSet ? "interrupted; " : "")\(error)")
      exit((Interrupt.isSet ? ExitStatus.interrupted : .unusable).rawValue)
    }
  }

  /// Does what the words after the executable's name say.
  /// - Throws: one sentence.
  public func run(_ words: [String]) throws -> ExitStatus {
    guard let first = words.first else { throw UsageError("no command; see 'cbambench --help'") }
    if ["--help", "-h", "help"].contains(first) {
      try Console.print(words.count > 1 ? Self.help(try Self.command(words[1])) : help)
      return .fine
    }
    if first == "--version" {
      guard words.count == 1 else {
        throw UsageError("--version takes no further words, such as '\(words[1].shown)'")
      }
      try Console.print("cbambench \(context.version)\n")
      return .fine
    }
    let command = try Self.command(first)
    let arguments = try Arguments(
      words.dropFirst(), command: command.name, options: command.options + [.help])
    if arguments.has("--help") {
      try Console.print(Self.help(command))
      return .fine
    }
    try Resources.check(files: command.files, for: "'\(command.name)'")
    return try command.run(arguments, context.choosing(arguments))
  }

  private static func command(_ name: String) throws(UsageError) -> any Command.Type {
    if let command = (commands + internals).first(where: { $0.name == name }) { return command }
    let names = commands.map { $0.name }
    let hint = Words.nearest(name, among: names).map { "did you mean '\($0)'?" }
    let known = "commands: " + names.joined(separator: " ")
    throw UsageError("'\(name.shown)' is not a command; \(hint ?? known)")
  }

  private var help: String {
    let list = Self.commands.map { "  " + $0.name.padded(to: 12) + $0.summary }.joined(separator: "\n")
    return """
      cbambench \(context.version): what convolution, pooling and attention cost on this CPU

      \(list)

      'cbambench COMMAND --help' explains a command.

      """
  }

  private static func help(_ command: any Command.Type) -> String {
    let options = (command.options + [.help]).map(\.lines).joined(separator: "\n")
    return """
      \(command.summary)

      Usage: cbambench \(command.name) \(command.synopsis)

      \(options)

      Example: \(command.example)

      """
  }
}
