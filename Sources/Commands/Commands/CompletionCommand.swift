import Models
import PlainText
import Workloads

/// `cbambench completion`: scripts that complete commands, options and targets in a shell.
enum CompletionCommand: Command {
  static let name = "completion"
  static let synopsis = "bash | zsh"
  static let summary = "print a completion script for a shell"
  static let example = "cbambench completion bash > ~/.local/share/bash-completion/completions/cbambench"
  static let options: [Option] = []

  private static let shells: [(name: String, script: @Sendable ([any Command.Type], [String]) -> String)] = [
    ("bash", BashCompletion.script), ("zsh", ZshCompletion.script),
  ]

  static func run(_ arguments: Arguments, _ context: Context) throws -> ExitStatus {
    let known = shells.map(\.name).joined(separator: " ")
    guard arguments.targets.count == 1, let name = arguments.targets.first else {
      throw UsageError("completion needs one shell: \(known)")
    }
    guard let shell = shells.first(where: { $0.name == name }) else {
      throw UsageError("'\(name.shown)' is not a shell that can be completed; expected one of: \(known)")
    }
    try Console.print(shell.script(context.commands, targets))
    return .fine
  }

  /// What may be written without a shape, what begins a workload, and examples of workloads.
  private static var targets: [String] {
    SuiteLibrary.standard.names + Architectures.names + Modules.all.map { $0.keyword } + Modules.examples
  }
}
