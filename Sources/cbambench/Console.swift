import Glibc
import Harness
import Records

/// The two streams: results on standard output, everything else on standard error.
enum Console {
  static func print(_ text: String) throws(UsageError) { try write(text, to: 1) }

  /// One line, whatever control characters a user's words bring along.
  static func note(_ text: String) {
    let line = String(text.map { $0.isNewline || ($0.asciiValue ?? 32) < 32 ? " " : $0 })
    try? write(line + "\n", to: 2)
  }

  /// A line that the next one replaces; only on a terminal.
  static func progress(_ text: String) {
    guard isatty(2) == 1 else { return }
    try? write("\r\u{1B}[K" + text, to: 2)
  }

  private static func write(_ text: String, to file: Int32) throws(UsageError) {
    guard !writeAll(text, to: file), errno != EPIPE else { return }
    throw UsageError("standard output: cannot be written: \(String(cString: strerror(errno)))")
  }
}
