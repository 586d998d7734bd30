import Glibc
import Operators
import PlainText
import Reporting
import Workloads

/// What a command ends with.
enum ExitStatus: Int32 {
  case fine = 0
  case worse = 1
  case unusable = 2
  case wrong = 3
  case undetermined = 4
  case interrupted = 130
}

/// A word after `cbambench`.
protocol Command {
  static var name: String { get }
  static var synopsis: String { get }
  static var summary: String { get }
  static var example: String { get }
  static var options: [Option] { get }
  /// Files, pipes included, that it opens at a time besides the standard streams.
  static var files: Int { get }
  static func run(_ arguments: Arguments) throws -> ExitStatus
}

extension Command {
  static var files: Int { Resources.filesOfAnyCommand }
}

@main
enum Main {
  static let version = "0.1.0"
  static var commands: [any Command.Type] {
    [
      Run.self, List.self, CostCommand.self, Verify.self, Compare.self, GateCommand.self, ProfileCommand.self,
      MachineCommand.self, Completion.self,
    ]
  }
  /// For other commands, not for people.
  private static var internals: [any Command.Type] { [Serve.self] }

  static func main() {
    Resources.openStandardStreams()
    Interrupt.watch()
    do {
      try Resources.check()
      let status = try dispatch(Array(CommandLine.arguments.dropFirst()))
      exit((status == .fine && Interrupt.isSet ? .interrupted : status).rawValue)
    } catch {
      Console.progress("")
      // What a signal has ended does not blame anything else.
      Console.note("cbambench: \(Interrupt.isSet ? "interrupted; " : "")\(error)")
      exit((Interrupt.isSet ? ExitStatus.interrupted : .unusable).rawValue)
    }
  }

  private static func dispatch(_ words: [String]) throws -> ExitStatus {
    guard let first = words.first else { throw UsageError("no command; see 'cbambench --help'") }
    if ["--help", "-h", "help"].contains(first) {
      try Console.print(words.count > 1 ? help(try command(words[1])) : help)
      return .fine
    }
    if first == "--version" {
      guard words.count == 1 else {
        throw UsageError("--version takes no further words, such as '\(words[1].shown)'")
      }
      try Console.print("cbambench \(version)\n")
      return .fine
    }
    let command = try command(first)
    let arguments = try Arguments(
      words.dropFirst(), command: command.name, options: command.options + [.help])
    if arguments.has("--help") {
      try Console.print(help(command))
      return .fine
    }
    try Resources.check(command)
    return try command.run(arguments)
  }

  private static func command(_ name: String) throws(UsageError) -> any Command.Type {
    if let command = (commands + internals).first(where: { $0.name == name }) { return command }
    let names = commands.map { $0.name }
    let hint = Words.nearest(name, among: names).map { "did you mean '\($0)'?" }
    let known = "commands: " + names.joined(separator: " ")
    throw UsageError("'\(name.shown)' is not a command; \(hint ?? known)")
  }

  private static var help: String {
    let list = commands.map { "  " + $0.name.padded(to: 12) + $0.summary }.joined(separator: "\n")
    return """
      cbambench \(version): what convolution, pooling and attention cost on this CPU

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
