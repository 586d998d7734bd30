import Glibc
import Operators
import PlainText
import Records
import Workloads

extension Option {
  static let columns = Option(
    name: "--columns", value: "NAME,NAME", help: "columns of tables, by their names in CSV files")
  static let wide = Option(
    name: "--wide", value: nil, help: "all usual columns of tables, however narrow the terminal is")
}

/// What `--columns` and `--wide` ask for.
struct TableOptions {
  /// Characters of a line where nobody tells how many there are.
  private static let usualWidth = 100

  /// Nil: those that a table shows of itself.
  let columns: [String]?
  /// Of a line on standard output; nil: as wide as the table is.
  let width: Int?

  /// - Parameter known: names of all columns; empty: they cannot be chosen.
  init(_ arguments: Arguments, known: [String]) throws(UsageError) {
    columns = try Self.columns(arguments, known)
    let isWide = arguments.has("--wide")
    if isWide && columns != nil {
      throw UsageError("--wide has no effect with --columns, which says what to show")
    }
    width = isWide || columns != nil ? nil : Self.terminalWidth ?? Self.usualWidth
  }

  private static func columns(_ arguments: Arguments, _ known: [String]) throws(UsageError) -> [String]? {
    guard let text = arguments.value("--columns") else { return nil }
    var names: [String] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let name = String(part)
      guard known.contains(name) else {
        let hint = Words.nearest(name, among: known).map { "did you mean '\($0)'?" }
        throw UsageError(
          "--columns: no column is called '\(name.shown)'; \(hint ?? "known: " + known.joined(separator: " "))"
        )
      }
      guard !names.contains(name) else { throw UsageError("--columns: '\(name)' appears twice") }
      names.append(name)
    }
    return names
  }

  private static var terminalWidth: Int? {
    var size = winsize()
    guard isatty(1) == 1, ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
  }
}
