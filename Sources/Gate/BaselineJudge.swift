import Foundation
import Records

/// Judges records against a stored baseline.
///
/// Counts have no tolerance anywhere. Times are only comparable on the same machine, and drift even there from job to job;
/// on another machine shares of what it can do are compared, and a miss is no proof.
public struct BaselineJudge: Sendable {
  private let policy: Policy
  /// Whether a row of the baseline that the records lack is no failure.
  private let allowsMissing: Bool
  /// `YYYY-MM-DD`.
  private let today: String

  public init(_ policy: Policy, allowsMissing: Bool, today: String) {
    (self.policy, self.allowsMissing, self.today) = (policy, allowsMissing, today)
  }

  /// One judgement per case of either file, in the records' order.
  public func judgements(_ records: [Record], baseline: [Record]) -> [CaseJudgement] {
    let old = Dictionary(baseline.map { (CaseIdentity($0), $0) }) { first, _ in first }
    let known = Set(records.map { CaseIdentity($0) })
    let differences = ThreadAgreement.differences(records)
    let judged = records.enumerated().map { index, record in
      var result = judgement(record, old[CaseIdentity(record)])
      if result.trouble == nil, let reason = differences[index] { result.trouble = .broken(reason) }
      return result
    }
    return judged
      + baseline.filter { !known.contains(CaseIdentity($0)) }.map(missing)
  }

  private func start(_ record: Record, base: String, head: String) -> (CaseJudgement, Subject, Rule) {
    let subject = Subject(
      name: record.workload, workloadText: record.workloadText,
      kernels: [record.requestedKernel, record.kernel], threads: record.threads)
    let rule = policy.rule(subject)
    var result = CaseJudgement(
      identity: CaseIdentity(record), name: record.workload, baseKernel: base, headKernel: head)
    result.mode = rule.mode
    if rule.mode == .ignore { result.trouble = .ignored }
    return (result, subject, rule)
  }

  private func missing(_ record: Record) -> CaseJudgement {
    var (result, _, _) = start(record, base: record.kernel, head: "")
    if result.trouble != nil { return result }
    if allowsMissing { result.trouble = .onlyBase } else { result.missed = ["missing in the records"] }
    return result
  }

  private func judgement(_ record: Record, _ baseline: Record?) -> CaseJudgement {
    var (result, subject, rule) = start(record, base: baseline?.kernel ?? "", head: record.kernel)
    if result.trouble != nil { return result }
    switch Record.Status(rawValue: record.status) {
    case .ok: break
    case .disagrees, .mistrusted:
      result.trouble = .broken("\(record.status): \(record.reason)")
      return result
    case .skipped, .failed, nil:
      if baseline == nil {
        result.trouble = .failed("\(record.status): \(record.reason)")
      } else {
        result.missed = ["\(record.status): \(record.reason)"]
      }
      return result
    }
    result.missed = requirements(record, rule)
    if let baseline {
      result.exact = ExactFinding.between(baseline, record)
      result.time =
        Self.isSameMachine(baseline, record)
        ? times(baseline, record, rule) : coarse(baseline, record, rule)
    } else if result.missed.isEmpty {
      result.trouble = .onlyHead
    }
    if result.severity == .worse || result.severity == .warning {
      let percent = result.time?.outcome == .regressed ? result.time?.change.map { expm1($0) * 100 } : nil
      let acceptance = policy.acceptance(subject, percent: percent, today: today)
      (result.isAccepted, result.acceptance) = (acceptance?.holds ?? false, acceptance?.note)
    }
    return result
  }

  /// What the policy asks of a row whatever the baseline says.
  private func requirements(_ record: Record, _ rule: Rule) -> [String] {
    guard record.kernel != "reference", record.oversubscribed != 1 else { return [] }
    var missed: [String] = []
    func check(_ name: String, _ value: Double?, _ least: Double?) {
      guard let least, let value, value < least else { return }
      missed.append("\(name) " + String(format: "%.2f is below %.2f", value, least))
    }
    check("speedup_vs_reference", record.speedupVsReference, rule.minimumSpeedup)
    check("roof_fraction", record.roofFraction, rule.minimumRoofFraction)
    if let threads = record.threads, threads > 1 {
      check("efficiency", record.efficiency, rule.minimumEfficiency[threads])
    }
    return missed
  }

  /// Whether times of two rows can be compared.
  public static func isSameMachine(_ a: Record, _ b: Record) -> Bool {
    !a.fingerprint.isEmpty && a.fingerprint == b.fingerprint
  }

  /// Intervals apart by more than the tolerance are a change; medians alone that far apart are none yet.
  private func times(_ base: Record, _ head: Record, _ rule: Rule) -> TimeVerdict? {
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

  /// Shares of what the machine can do, for another machine than the baseline's.
  private func coarse(_ base: Record, _ head: Record, _ rule: Rule) -> TimeVerdict? {
    let shares: [(name: String, old: Double?, new: Double?)] = [
      ("speedup_vs_reference", base.speedupVsReference, head.speedupVsReference),
      ("roof_fraction", base.roofFraction, head.roofFraction),
    ]
    var verdict = TimeVerdict()
    verdict.head = head.medianMs.map { $0 * 1e-3 }
    verdict.outcome = .same
    var notes = ["coarse: the baseline is from another machine"]
    for (name, old, new) in shares {
      guard let old, let new, old > 0, new < old * (1 - rule.coarsePercent / 100) else { continue }
      verdict.outcome = .undetermined
      notes.append("\(name) " + String(format: "%.3g, was %.3g", new, old))
    }
    verdict.note = notes.joined(separator: "; ")
    return verdict
  }
}

/// The file that a project keeps in its repository.
public enum BaselineFile {
  /// Few columns, for people who review a change of it.
  public static let columns: [Column] = {
    let names: Set = [
      "workload", "workload_text", "requested_kernel", "kernel", "isa", "threads", "cache", "status",
      "parameters", "macs", "macs_inside", "flops", "bytes", "workspace_bytes", "allocations_per_call",
      "median_ms", "ci_low_ms", "ci_high_ms", "speedup_vs_reference", "roof_fraction", "fingerprint",
    ]
    return Column.all.filter { names.contains($0.name) }
  }()

  /// Rows that can be a baseline, sorted by case; times with four digits.
  public static func text(_ records: [Record]) -> String {
    let rows = records.filter { $0.status == Record.Status.ok.rawValue }
      .sorted { CaseIdentity($0).description < CaseIdentity($1).description }
    return CSV.line(columns.map(\.name))
      + rows.map { row in
        CSV.line(
          columns.map { column in
            if case .real(let value)? = column.cell(row) { return short(value) }
            return column.text(row)
          })
      }.joined()
  }

  private static func short(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e9 ? String(value) : String(format: "%.4g", value)
  }

  /// Rows of records or of a baseline.
  /// - Throws: in one sentence, what is wrong with the file and where.
  public static func read(_ text: String) throws(RecordTextError) -> [Record] {
    // Bytes: to a string, a carriage return and a line feed are one character.
    guard text.isEmpty || text.utf8.last == UInt8(ascii: "\n") else {
      throw RecordTextError(description: "the last line has no end; the file is truncated")
    }
    let records = try CSV.records(text)
    guard !records.isEmpty else { throw RecordTextError(description: "line 2: no row behind the header") }
    var lines: [CaseIdentity: Int] = [:]
    for (index, record) in records.enumerated() {
      guard !record.workloadText.isEmpty, !record.kernel.isEmpty,
        Record.Status(rawValue: record.status) != nil
      else {
        throw RecordTextError(
          description: "row \(index + 1): workload_text, kernel or a known status is missing")
      }
      if let reason = implausible(record) {
        throw RecordTextError(description: "row \(index + 1): \(reason)")
      }
      if let earlier = lines.updateValue(index + 1, forKey: CaseIdentity(record)) {
        throw RecordTextError(
          description: "row \(index + 1): the same case as row \(earlier): \(CaseIdentity(record))")
      }
    }
    return records
  }

  /// What no measurement says, but a hand or another program may have written.
  private static func implausible(_ record: Record) -> String? {
    for column in Column.all {
      switch column.cell(record) {
      case .integer(let value) where value < 0:
        return "\(column.name) is \(value); expected no negative number"
      case .real(let value) where value < 0: return "\(column.name) is \(value); expected no negative number"
      default: continue
      }
    }
    guard record.status == Record.Status.ok.rawValue else { return nil }
    guard let median = record.medianMs else {
      return "is ok, but median_ms is empty or no column has that name"
    }
    guard median > 0 else { return "is ok, but median_ms is \(median); expected more than 0" }
    if let low = record.ciLowMs, let high = record.ciHighMs, low > high {
      return "ci_low_ms is \(low), ci_high_ms \(high); expected the lower one first"
    }
    guard record.threads.map({ $0 > 0 }) ?? true else { return "threads is 0; expected at least 1" }
    return nil
  }
}
