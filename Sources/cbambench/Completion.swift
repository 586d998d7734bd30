import Models
import PlainText
import Workloads

/// `cbambench completion`: scripts that complete commands, options and targets in a shell.
enum Completion: Command {
  static let name = "completion"
  static let synopsis = "bash | zsh"
  static let summary = "print a completion script for a shell"
  static let example = "cbambench completion bash > ~/.local/share/bash-completion/completions/cbambench"
  static let options: [Option] = []

  private static let shells: [(name: String, script: @Sendable ([any Command.Type], [String]) -> String)] = [
    ("bash", BashCompletion.script), ("zsh", ZshCompletion.script),
  ]

  static func run(_ arguments: Arguments) throws -> ExitStatus {
    let known = shells.map(\.name).joined(separator: " ")
    guard arguments.targets.count == 1, let name = arguments.targets.first else {
      throw UsageError("completion needs one shell: \(known)")
    }
    guard let shell = shells.first(where: { $0.name == name }) else {
      throw UsageError("'\(name.shown)' is not a shell that can be completed; expected one of: \(known)")
    }
    try Console.print(shell.script(Main.commands, targets))
    return .fine
  }

  /// What may be written without a shape.
  private static var targets: [String] {
    SuiteLibrary.standard.names + Architectures.names + Modules.attention.map { $0.keyword }
  }
}

extension Option {
  /// Words that its value may be; empty where it is free.
  var choices: [String] {
    guard let value, value.contains("|") || value.allSatisfy(\.isLowercase) else { return [] }
    return value.split(separator: "|").map(String.init).filter { word in
      word.contains(where: \.isLetter) && !word.contains(where: \.isUppercase)
    }
  }

  /// Whether its value names a file or a folder.
  var takesPath: Bool {
    value.map { $0.contains("FILE") || $0.contains("DIR") || $0.contains("OTHER") } ?? false
  }
}

/// A function for bash's `complete`.
enum BashCompletion {
  static func script(_ commands: [any Command.Type], _ targets: [String]) -> String {
    let names = commands.map { $0.name }.joined(separator: " ")
    return """
      # Completion of cbambench for bash.
      _cbambench() {
        local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}"
        local choices=''
        COMPREPLY=()
        if [ "$COMP_CWORD" -eq 1 ]; then
          COMPREPLY=($(compgen -W '\(names) --help --version' -- "$word"))
          return
        fi
        case "${COMP_WORDS[1]} $before" in
      \(values(commands))
        esac
        case "${COMP_WORDS[1]}" in
      \(commands.map { line($0, targets) }.joined(separator: "\n"))
        esac
        COMPREPLY=($(compgen -W "$choices" -- "$word") $(compgen -f -- "$word"))
      }
      complete -o filenames -F _cbambench cbambench

      """
  }

  /// A line for each option that has a value.
  private static func values(_ commands: [any Command.Type]) -> String {
    commands.flatMap { command in
      command.options.filter { $0.value != nil }.map { option in
        let words = option.choices.isEmpty ? "" : " -W \(option.choices.joined(separator: " ").shellQuoted)"
        let files = option.takesPath ? " -f" : ""
        let reply = words + files == "" ? "" : " COMPREPLY=($(compgen\(words)\(files) -- \"$word\"));"
        return "    '\(command.name) \(option.name)')\(reply) return ;;"
      }
    }.joined(separator: "\n")
  }

  private static func line(_ command: any Command.Type, _ targets: [String]) -> String {
    let options = (command.options + [.help]).map(\.name)
    return "    \(command.name)) choices=\((options + targets).joined(separator: " ").shellQuoted) ;;"
  }
}

/// A function for zsh's completion system.
enum ZshCompletion {
  static func script(_ commands: [any Command.Type], _ targets: [String]) -> String {
    """
    #compdef cbambench
    # Completion of cbambench for zsh.
    _cbambench() {
      local -a commands targets
      commands=(
    \(commands.map { "    " + "\($0.name):\($0.summary)".shellQuoted }.joined(separator: "\n"))
      )
      targets=(\(targets.map(\.shellQuoted).joined(separator: " ")))
      if (( CURRENT == 2 )); then
        _describe command commands
        return
      fi
      local command=$words[2]
      shift words
      (( CURRENT-- ))
      case $command in
    \(commands.map(line).joined(separator: "\n"))
      esac
    }
    _cbambench_targets() { _alternative 'names:target:compadd -a targets' 'files:file:_files' }
    _cbambench "$@"

    """
  }

  private static func line(_ command: any Command.Type) -> String {
    let options = (command.options + [.help]).map(specification)
    return
      "    \(command.name)) _arguments \(options.joined(separator: " ")) '*:target:_cbambench_targets' ;;"
  }

  /// `--isa[instruction set]:value:(baseline avx2)`.
  private static func specification(_ option: Option) -> String {
    let help = option.help.map { "[]:\\".contains($0) ? "\\\($0)" : String($0) }.joined()
    let repeats = Arguments.repeatable.contains(option.name) ? "*" : ""
    let action =
      option.takesPath ? "_files" : option.choices.isEmpty ? "" : "(\(option.choices.joined(separator: " ")))"
    let value = option.value == nil ? "" : ":value:\(action)"
    return "\(repeats)\(option.name)[\(help)]\(value)".shellQuoted
  }
}
