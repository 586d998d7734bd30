/// Reads a paired run line by line.
struct PairedRunReader {
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
    case "row", "loss":
      let words = sides[1].split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
      guard words.count == 2, let side = PairedRun.Side(rawValue: String(words[0])), !cases.isEmpty else {
        return false
      }
      return sides[0] == "row" ? readRow(side, words[1]) : readLoss(side, words[1])
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

  private mutating func readRow(_ side: PairedRun.Side, _ text: Substring) -> Bool {
    guard let line = RowLine(text), let row = line.record(header: header) else { return false }
    let last = cases.count - 1
    (cases[last][side].row, cases[last][side].digest) = (row, line.digest)
    return true
  }

  private mutating func readLoss(_ side: PairedRun.Side, _ text: Substring) -> Bool {
    let words = text.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
    guard words.count == 2, let kind = PairedRun.Loss.Kind(rawValue: String(words[0])),
      let reason = LineText.unescaped(words[1])
    else { return false }
    cases[cases.count - 1][side].loss = PairedRun.Loss(kind, reason)
    return true
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
