import PlainText

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
