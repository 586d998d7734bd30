import Records

/// What the measuring process tells the one that watches over it; one line each.
public enum RunMessage: Equatable, Sendable {
  /// The workload of this index begins.
  case begin(Int)
  /// What is about to be done for a workload, in case the process does not survive it.
  case step(Int, Step)
  /// A measured row.
  case row(RowLine)
  /// The workload is complete; its rows came before.
  case done(Int)
  /// The time was up before the workload began.
  case unreached(Int)
  /// What did not work and costs no row.
  case note(Int, String)
  /// What is wrong with a workload, so that the run has no result.
  case refused(Int, String)
}

extension RunMessage: CustomStringConvertible {
  /// The line, without its end.
  public var description: String {
    switch self {
    case .begin(let index): "begin \(index)"
    case .step(let index, let step): "step \(index) \(step)"
    case .row(let row): "row \(row)"
    case .done(let index): "done \(index)"
    case .unreached(let index): "unreached \(index)"
    case .note(let index, let text): "note \(index) \(LineText.escaped(text))"
    case .refused(let index, let text): "refused \(index) \(LineText.escaped(text))"
    }
  }

  /// Reads what `description` writes.
  public init?(_ line: some StringProtocol) {
    let sides = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
    guard sides.count == 2 else { return nil }
    switch sides[0] {
    case "begin":
      guard let index = Int(sides[1]) else { return nil }
      self = .begin(index)
    case "done":
      guard let index = Int(sides[1]) else { return nil }
      self = .done(index)
    case "unreached":
      guard let index = Int(sides[1]) else { return nil }
      self = .unreached(index)
    case "step":
      let parts = sides[1].split(separator: " ", maxSplits: 1)
      guard parts.count == 2, let index = Int(parts[0]), let step = Step(parts[1]) else { return nil }
      self = .step(index, step)
    case "note", "refused":
      let parts = sides[1].split(separator: " ", maxSplits: 1)
      guard parts.count == 2, let index = Int(parts[0]), let text = LineText.unescaped(parts[1]) else {
        return nil
      }
      self = sides[0] == "note" ? .note(index, text) : .refused(index, text)
    case "row":
      guard let row = RowLine(sides[1]) else { return nil }
      self = .row(row)
    default: return nil
    }
  }
}
