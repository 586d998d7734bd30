import Harness
import Records

/// How a contest learns what to measure next; the judgement lies above.
public struct ContestRules {
  /// Cases to be measured.
  public var measures: (PairedRun.Case) -> Bool
  /// Rounds after which the run is looked at.
  public var schedule: (PairedRun) -> [Int]
  /// Cases that need more rounds, and those that look changed.
  public var agenda: (PairedRun) -> (open: Set<Int>, changed: Set<Int>)
  /// Rounds that confirm a change which took so many to be seen.
  public var confirmingRounds: (Int) -> Int
  /// Which turns count: given all until now, tells of each.
  public var isClean: (PairedRun) -> (PairedRun.Turn) -> Bool

  /// All rules at once.
  public init(
    measures: @escaping (PairedRun.Case) -> Bool, schedule: @escaping (PairedRun) -> [Int],
    agenda: @escaping (PairedRun) -> (open: Set<Int>, changed: Set<Int>),
    confirmingRounds: @escaping (Int) -> Int,
    isClean: @escaping (PairedRun) -> (PairedRun.Turn) -> Bool
  ) {
    (self.measures, self.schedule) = (measures, schedule)
    (self.agenda, self.confirmingRounds, self.isClean) = (agenda, confirmingRounds, isClean)
  }
}
