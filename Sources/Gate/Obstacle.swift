import Records

/// What a machine lacks to measure a row of the baseline.
public enum Obstacle: Hashable, Sendable {
  /// The case needs more threads than the machine has CPUs.
  case threads(Int, cpus: Int)
  /// The CPU lacks the instruction set.
  case isa(String)
  /// In the row's words.
  case memory(String)

  /// Of a row that was skipped because of the machine; nil: it has another reason.
  init?(refusal row: Record) {
    guard row.status == Record.Status.skipped.rawValue else { return nil }
    if MachineReason.isExecution(row.reason) {
      self = .isa(row.isa)
    } else if MachineReason.isShortage(row.reason) {
      self = .memory(row.reason)
    } else {
      return nil
    }
  }

  /// Behind a number of rows.
  fileprivate var rows: String {
    switch self {
    case .threads: "with \(sentence)"
    case .isa(let name): "of isa \(name)"
    case .memory: "that need more memory than it has"
    }
  }

  var sentence: String {
    switch self {
    case .threads(let count, let cpus):
      "\(count) \(count == 1 ? "thread" : "threads"), it has \(cpus) \(cpus == 1 ? "CPU" : "CPUs")"
    case .isa(let name): MachineReason.cannotExecute(name)
    case .memory(let reason): reason
    }
  }
}

extension Sequence<CaseJudgement> {
  /// At most one line each for what the records' machine could not measure and for what it could have measured, with how many
  /// rows of the baseline that touches.
  public var obstacles: [String] {
    var (lacking, substituted) = (Tally(), Tally())
    for item in self {
      switch item.trouble {
      case .notMeasurable(let obstacle): lacking.count(obstacle.rows)
      default:
        guard let other = item.substitution else { continue }
        let part = "isa \(other.of): compared with \(item.identity.isa)"
        if other.isNeeded { lacking.note(part) } else { substituted.note(part) }
      }
    }
    return lacking.line("not measurable on this machine") + substituted.line("not in the records")
  }
}

/// Parts of a sentence, and how many rows each stands for.
private struct Tally {
  /// Without a count: rows are not counted.
  private var parts: [(text: String, rows: Int?)] = []

  mutating func count(_ text: String) {
    if let place = parts.firstIndex(where: { $0.text == text }) {
      parts[place].rows = (parts[place].rows ?? 0) + 1
    } else {
      parts.append((text, 1))
    }
  }

  mutating func note(_ text: String) {
    if !parts.contains(where: { $0.text == text }) { parts.append((text, nil)) }
  }

  func line(_ head: String) -> [String] {
    guard !parts.isEmpty else { return [] }
    let words = parts.map { text, rows in rows.map { "\($0) \($0 == 1 ? "row" : "rows") \(text)" } ?? text }
    return ["\(head): " + words.joined(separator: "; ")]
  }
}
