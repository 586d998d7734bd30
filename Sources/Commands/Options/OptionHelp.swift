import Reporting

extension Option {
  /// Where the explanations begin.
  private static let indent = 38
  private static let width = 100

  /// The option's lines in the help of a command.
  var lines: String {
    let start = "  \(name) \(value ?? "") "
    // A long value has a line of its own.
    let isLong = start.count > Self.indent
    let text = help.wrapped(within: Self.width - Self.indent).enumerated().map { index, line in
      (index == 0 && !isLong ? start : "").padded(to: Self.indent) + line
    }
    return ((isLong ? [String(start.dropLast())] : []) + text).joined(separator: "\n")
  }
}
