import PlainText

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
