import PlainText

/// A paired run as a file: a line with the version, lines of words, and a digest at the end that tells whether anything is
/// missing or was changed.
public enum PairedRunFile {
  /// Of the format; files of other versions are refused.
  public static let version = 1
  private static let mark = "cbambench-samples"

  /// The file's whole text.
  public static func text(_ run: PairedRun) -> String {
    var text = "\(mark) \(version)\n"
    for (name, value) in [
      ("seed", "\(run.seed)"), ("started", run.started), ("machine", run.machine), ("base", run.base),
      ("head", run.head),
    ] {
      text += "\(name) \(LineText.escaped(value))\n"
    }
    text += "columns \(LineText.escaped(RowLine.header))\n"
    for item in run.cases {
      text += "case \(LineText.escaped(identity(item)))\n"
      for side in PairedRun.Side.allCases { text += lines(item[side], side) }
    }
    for turn in run.turns { text += line(turn) }
    return text + "end \(String(Digest.of(text), radix: 16))\n"
  }

  private static func identity(_ item: PairedRun.Case) -> String {
    let id = item.identity
    return CSV.line([
      item.name, id.workloadText, id.kernel, id.isa, id.threads.map(String.init) ?? "", id.cache,
    ])
  }

  private static func lines(_ answer: PairedRun.Answer, _ side: PairedRun.Side) -> String {
    var text = ""
    if let row = answer.row {
      text += "row \(side.rawValue) \(RowLine(row, digest: answer.digest))\n"
    }
    if let loss = answer.loss {
      text += "loss \(side.rawValue) \(loss.kind.rawValue) \(LineText.escaped(loss.reason))\n"
    }
    return text
  }

  private static func line(_ turn: PairedRun.Turn) -> String {
    let words = [
      "\(turn.index)", turn.purpose.rawValue, "\(turn.round)", turn.headFirst ? "head-first" : "base-first",
      "\(turn.base)", "\(turn.head)", "\(turn.control)", "\(turn.switches)", "\(turn.stolen)",
      "\(turn.others)",
    ]
    return "turn " + words.joined(separator: " ") + "\n"
  }

  /// - Throws: in one sentence, what is wrong with the file and in which line.
  public static func read(_ text: String) throws(RecordTextError) -> PairedRun {
    var reader = PairedRunReader()
    for (index, line) in try whole(text).enumerated().dropFirst() {
      guard reader.read(line) else {
        throw RecordTextError(line: index + 1, "'\(Self.first(line))' is not understood")
      }
    }
    guard let run = reader.run else {
      throw RecordTextError(line: 2, "seed, started, machine, base or head is missing")
    }
    return run
  }

  /// Lines of a file that is as it was saved, without the last one.
  private static func whole(_ text: String) throws(RecordTextError) -> [Substring] {
    guard !text.contains("\r\n") else {
      throw RecordTextError(
        line: 1, "ends with a carriage return; the file was changed after it was saved")
    }
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard let first = lines.first, first.hasPrefix(mark + " ") else {
      throw RecordTextError(line: 1, "'\(Self.first(text))' where '\(mark) \(version)' was expected")
    }
    guard first == "\(mark) \(version)" else {
      let found = Self.first(first.dropFirst(mark.count + 1))
      throw RecordTextError(line: 1, "version '\(found)'; this tool reads version \(version)")
    }
    guard lines.last == "", lines.count > 2 else {
      throw RecordTextError(line: lines.count, "the file ends too early; it is truncated")
    }
    lines.removeLast()
    let last = lines.removeLast()
    guard last.hasPrefix("end ") else {
      throw RecordTextError(
        line: lines.count + 1, "the file ends too early, without 'end'; it is truncated")
    }
    guard last == "end \(String(Digest.of(lines.map { $0 + "\n" }.joined()), radix: 16))" else {
      throw RecordTextError(
        line: lines.count + 1, "the digest does not fit; the file was changed after it was saved")
    }
    return lines
  }

  /// What a sentence shows of a text.
  private static func first(_ text: some StringProtocol) -> String {
    text.prefix { !$0.isNewline }.shown
  }
}
