import Foundation
import Records

/// Times of a row and its partner in the baseline.
struct StoredComparison {
  let base: Record
  let head: Record
  let kind: Pairing.Kind
  let rule: Rule

  /// Whether times of both can be compared.
  var isSameMachine: Bool {
    kind == .exact && BaselineJudge.isSameMachine(base, head)
      && Self.isOversubscribed(base) == Self.isOversubscribed(head)
  }

  var verdict: TimeVerdict? { isSameMachine ? times : coarse }

  /// More threads than CPUs: the baseline has no column for it.
  private static func isOversubscribed(_ row: Record) -> Bool {
    if let told = row.oversubscribed { return told == 1 }
    guard let threads = row.threads, let cpus = RecordedMachine(row).cpus else { return false }
    return threads > cpus
  }

  /// Intervals apart by more than the tolerance are a change; medians alone that far apart are none yet.
  private var times: TimeVerdict? {
    guard let old = base.medianMs, let new = head.medianMs, old > 0, new > 0 else { return nil }
    var verdict = TimeVerdict()
    (verdict.base, verdict.head, verdict.change) = (old * 1e-3, new * 1e-3, log(new / old))
    verdict.low = log((head.ciLowMs ?? new) / (base.ciHighMs ?? old))
    verdict.high = log((head.ciHighMs ?? new) / (base.ciLowMs ?? old))
    verdict.rounds = head.rounds ?? 0
    let margin = log1p(max(rule.storedPercent / 100, rule.floorMicroseconds * 1e-3 / old))
    verdict.outcome = Self.outcome(log(new / old), verdict.low ?? 0, verdict.high ?? 0, margin: margin)
    return verdict
  }

  private static func outcome(
    _ change: Double, _ low: Double, _ high: Double, margin: Double
  ) -> TimeVerdict.Outcome {
    if low > margin { return .regressed }
    if high < -margin { return .improved }
    return abs(change) <= margin ? .same : .undetermined
  }

  /// Shares of what the machine can do, where times say nothing.
  private var coarse: TimeVerdict {
    var verdict = TimeVerdict()
    verdict.head = head.medianMs.map { $0 * 1e-3 }
    verdict.outcome = .same
    var notes = [reason]
    for share in shares {
      guard let old = share.value(base), old > 0 else { continue }
      guard let new = share.value(head) else {
        verdict.outcome = .undetermined
        notes.append("\(share.name) was not measured")
        continue
      }
      guard new < old * (1 - rule.coarsePercent / 100) else { continue }
      verdict.outcome = .undetermined
      notes.append("\(share.name) " + String(format: "%.3g, was %.3g", new, old))
    }
    if kind == .otherISA, BaselineJudge.isSameMachine(base, head) { verdict.outcome = .undetermined }
    verdict.note = notes.joined(separator: "; ")
    return verdict
  }

  private var reason: String {
    switch kind {
    case .otherISA where BaselineJudge.isSameMachine(base, head):
      "coarse: isa \(head.isa), though the baseline is from this machine and has \(base.isa)"
    case .otherISA: "coarse: isa \(head.isa), the baseline has \(base.isa)"
    case .otherThreads: "counts only: the baseline has \(base.threads ?? 0) threads"
    case .exact where isOneOversubscribed: "counts only: more threads than CPUs on one of the machines"
    case .exact: "coarse: the baseline is from another machine"
    }
  }

  private var isOneOversubscribed: Bool { Self.isOversubscribed(base) || Self.isOversubscribed(head) }

  private struct Share: Sendable {
    let name: String
    let value: @Sendable (Record) -> Double?
  }

  private static let roof = Share(name: "roof_fraction", value: \.roofFraction)
  private static let speedup = Share(name: "speedup_vs_reference", value: \.speedupVsReference)

  /// The roof is the instruction set's own; the reference is not, so that wider vectors are a higher speed-up.
  private var shares: [Share] {
    switch kind {
    case .exact: isOneOversubscribed ? [] : [Self.speedup, Self.roof]
    case .otherISA: isOneOversubscribed ? [] : [Self.roof]
    case .otherThreads: []
    }
  }
}
