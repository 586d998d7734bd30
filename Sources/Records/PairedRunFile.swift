import Foundation
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
    text += "columns \(LineText.escaped(CSV.line(RecordColumn.all.map(\.name))))\n"
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
      let line = CSV.line(RecordColumn.all.map { $0.text(row) })
      let digest = answer.digest.map { String($0, radix: 16) } ?? "-"
      text += "row \(side.rawValue) \(digest) \(LineText.escaped(line))\n"
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
    guard !text.contains("\r\n") else {
      throw RecordTextError(
        description: "line 1: ends with a carriage return; the file was changed after it was saved")
    }
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard let first = lines.first, first.hasPrefix(mark + " ") else {
      throw RecordTextError(
        description: "line 1: '\(Self.first(text))' where '\(mark) \(version)' was expected")
    }
    guard first == "\(mark) \(version)" else {
      throw RecordTextError(
        description:
          "line 1: version '\(Self.first(first.dropFirst(mark.count + 1)))'; this tool reads version \(version)"
      )
    }
    guard lines.last == "", lines.count > 2 else {
      throw RecordTextError(description: "line \(lines.count): the file ends too early; it is truncated")
    }
    lines.removeLast()
    let last = lines.removeLast()
    guard last.hasPrefix("end ") else {
      throw RecordTextError(
        description: "line \(lines.count + 1): the file ends too early, without 'end'; it is truncated")
    }
    let body = lines.map { $0 + "\n" }.joined()
    guard last == "end \(String(Digest.of(body), radix: 16))" else {
      throw RecordTextError(
        description:
          "line \(lines.count + 1): the digest does not fit; the file was changed after it was saved")
    }
    var reader = Reader()
    for (index, line) in lines.enumerated().dropFirst() {
      guard reader.read(line) else {
        throw RecordTextError(description: "line \(index + 1): '\(Self.first(line))' is not understood")
      }
    }
    guard let run = reader.run else {
      throw RecordTextError(description: "line 2: seed, started, machine, base or head is missing")
    }
    return run
  }

  /// What a sentence shows of a text.
  private static func first(_ text: some StringProtocol) -> String {
    text.prefix { !$0.isNewline }.shown
  }
}

/// FNV-1a, 64 bits (Fowler, Noll, Vo): tells whether two texts or results are the same, not who made them.
public enum Digest {
  /// Of the bytes of a text in UTF-8.
  public static func of(_ text: String) -> UInt64 { of(bytes: text.utf8) }

  /// Of bytes.
  public static func of(bytes: some Sequence<UInt8>) -> UInt64 {
    bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }

  /// Of the bits of floats.
  public static func of(_ values: UnsafeMutableBufferPointer<Float>) -> UInt64 {
    values.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1.bitPattern)) &* 0x100_0000_01b3 }
  }
}

/// Reads line by line.
private struct Reader {
  private var facts: [String: String] = [:]
  private var header = ""
  private var cases: [PairedRun.Case] = []
  private var turns: [PairedRun.Turn] = []

  var run: PairedRun? {
    guard let seed = facts["seed"].flatMap({ UInt64($0) }), let started = facts["started"],
      let machine = facts["machine"], let base = facts["base"], let head = facts["head"]
    else { return nil }
    return PairedRun(
      seed: seed, started: started, machine: machine, base: base, head: head, cases: cases, turns: turns)
  }

  mutating func read(_ line: Substring) -> Bool {
    let sides = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
    guard sides.count == 2 else { return false }
    switch sides[0] {
    case "seed", "started", "machine", "base", "head":
      facts[String(sides[0])] = LineText.unescaped(sides[1])
      return facts[String(sides[0])] != nil
    case "columns":
      header = LineText.unescaped(sides[1]) ?? ""
      return true
    case "case": return readCase(sides[1])
    case "row", "loss": return readAnswer(sides[0] == "row", sides[1])
    case "turn": return readTurn(sides[1])
    default: return false
    }
  }

  private mutating func readCase(_ text: Substring) -> Bool {
    guard let line = LineText.unescaped(text), let fields = (try? CSV.rows(line))?.first, fields.count == 6
    else { return false }
    var record = Record()
    (record.workloadText, record.requestedKernel, record.isa) = (fields[1], fields[2], fields[3])
    (record.threads, record.cache) = (Int(fields[4]), fields[5])
    cases.append(
      PairedRun.Case(
        identity: CaseIdentity(record), name: fields[0], base: PairedRun.Answer(), head: PairedRun.Answer()))
    return true
  }

  private mutating func readAnswer(_ isRow: Bool, _ text: Substring) -> Bool {
    let words = text.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
    guard words.count == 2, let side = PairedRun.Side(rawValue: String(words[0])), !cases.isEmpty else {
      return false
    }
    let last = cases.count - 1
    let parts = words[1].split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let text = LineText.unescaped(parts[1]) else { return false }
    guard isRow else {
      cases[last][side].loss = PairedRun.Loss.Kind(rawValue: String(parts[0])).map {
        PairedRun.Loss($0, text)
      }
      return cases[last][side].loss != nil
    }
    guard let row = (try? CSV.records(header + text))?.first else { return false }
    cases[last][side].row = row
    cases[last][side].digest = UInt64(parts[0], radix: 16)
    return parts[0] == "-" || cases[last][side].digest != nil
  }

  private mutating func readTurn(_ text: Substring) -> Bool {
    let words = text.split(separator: " ").map(String.init)
    guard words.count == 10, let index = Int(words[0]), cases.indices.contains(index),
      let purpose = PairedRun.Purpose(rawValue: words[1]), let round = Int(words[2]),
      ["head-first", "base-first"].contains(words[3])
    else { return false }
    let reals = [words[4], words[5], words[6], words[8]].compactMap { Double($0) }.filter(\.isFinite)
    guard reals.count == 4, reals[0] > 0, reals[1] > 0, let switches = Int(words[7]),
      let others = Int(words[9])
    else { return false }
    turns.append(
      PairedRun.Turn(
        index: index, purpose: purpose, round: round, headFirst: words[3] == "head-first", base: reals[0],
        head: reals[1], control: reals[2], switches: switches, stolen: reals[3], others: others))
    return true
  }
}
