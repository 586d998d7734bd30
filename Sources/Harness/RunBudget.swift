import Measurement

/// What one workload may take.
public struct TimeShare: Equatable, Sendable {
  /// What the time is for.
  public enum Scope: Sendable {
    /// Rounds alone, however long preparing and verifying take.
    case measuring
    /// Preparing, verifying and rounds.
    case everything
  }

  let time: Seconds
  let scope: Scope

  /// So much time for so much of the work.
  public init(_ time: Seconds, of scope: Scope) {
    (self.time, self.scope) = (time, scope)
  }

  /// What is left for rounds after so long.
  func rounds(after spent: Seconds) -> Seconds {
    scope == .measuring ? time : Seconds(max(0, time.value - spent.value))
  }
}

/// How a run divides its time among workloads.
///
/// A workload that has begun is finished, with the fewest rounds if need be; when the time is up, those that have not begun
/// are not reached. The first is always measured.
public struct RunBudget: Sendable {
  /// For all workloads.
  public let time: Seconds
  private let scope: TimeShare.Scope
  private let begin: Seconds
  private let workloads: Int

  /// - Parameters:
  ///   - begin: when the run began, as `Clock.now` tells it.
  ///   - workloads: how many there are.
  public init(_ time: Seconds, of scope: TimeShare.Scope, since begin: Seconds, workloads: Int) {
    (self.time, self.scope, self.begin, self.workloads) = (time, scope, begin, workloads)
  }

  /// The share of the next workload; nil if it is not reached.
  /// - Parameters:
  ///   - left: workloads that are to be measured, the next included.
  ///   - isFirst: whether nothing has been measured yet.
  public func share(left: Int, isFirst: Bool, now: Seconds) -> TimeShare? {
    precondition(left > 0, "\(left) workloads left")
    if scope == .measuring { return TimeShare(Seconds(time.value / Double(workloads)), of: scope) }
    let rest = time.value - (now - begin).value
    if rest <= 0 && !isFirst { return nil }
    return TimeShare(Seconds(max(0, rest) / Double(left)), of: scope)
  }
}
