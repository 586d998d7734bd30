import Files
import Glibc
import PlainText
import Workloads

/// The two streams: results on standard output, everything else on standard error. Nothing that passes here acts on a
/// terminal but the line of progress.
enum Console {
  /// More than any sentence with what it quotes and any line to paste back.
  private static let longestNote = 4_000

  static func print(_ text: String) throws(UsageError) { try write(text.inertLines, to: 1) }

  /// One line.
  static func note(_ text: String) {
    let (line, isWhole) = (text.prefix(longestNote), text.utf8.count <= longestNote)
    try? write(line.inert + (isWhole || line.endIndex == text.endIndex ? "" : "…") + "\n", to: 2)
  }

  /// A line that the next one replaces; only on a terminal.
  static func progress(_ text: String) {
    guard isatty(2) == 1 else { return }
    try? write("\r\u{1B}[K" + text.inert, to: 2)
  }

  private static func write(_ text: String, to file: Int32) throws(UsageError) {
    guard !writeAll(text, to: file), errno != EPIPE else { return }
    throw UsageError("standard output: cannot be written: \(String(cString: strerror(errno)))")
  }
}
