import Measurement
import Records

/// Turns during which something else used the machine.
///
/// Everything is compared with the run's own median: a load that never pauses is no disturbance, it is in both sides and in
/// the width of the interval.
public struct Disturbance: Sendable, Equatable {
  /// What shows that a turn was disturbed.
  public enum Cause: String, Sendable, CaseIterable {
    /// Time of the control kernel; time that the hypervisor gave to others; involuntary context switches;
    /// threads that could run.
    case control, stolen, switches, load

    /// A clause for messages.
    public var words: String {
      switch self {
      case .control: "the control kernel was slow"
      case .stolen: "the hypervisor took the processor"
      case .switches: "the system took the processor"
      case .load: "other threads could run"
      }
    }
  }

  private let control: Double
  private let stolen: Double
  private let others: Double
  private let switches: [Int: Double]
  private let controlPercent: Double

  /// - Parameter turns: all of the run so far.
  public init(_ turns: [PairedRun.Turn], controlPercent: Double) {
    func median(_ values: [Double]) -> Double { values.isEmpty ? 0 : Statistics.median(values) }
    self.controlPercent = controlPercent
    control = median(turns.map(\.control))
    stolen = median(turns.map(\.stolen))
    others = median(turns.map { Double($0.others) })
    switches = Dictionary(grouping: turns, by: \.index).mapValues { median($0.map { Double($0.switches) }) }
  }

  /// Why a turn does not count; nil if it does.
  public func cause(_ turn: PairedRun.Turn) -> Cause? {
    if turn.control > control * (1 + controlPercent / 100) { return .control }
    if turn.stolen > 2 * stolen { return .stolen }
    if Double(turn.switches) > 2 * (switches[turn.index] ?? 0) + 1 { return .switches }
    if Double(turn.others) > others + 1 { return .load }
    return nil
  }
}
