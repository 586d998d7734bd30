/// What no measurement says, but a hand or another program may have written.
enum Plausibility {
  /// No time in ms, rate or ratio is as large: 30 years, a million times the fastest computer.
  private static let most = 1e12
  /// Errors of wrong results may be of any size.
  private static let unbounded: Set = ["max_error", "error_bound"]
  /// Equal values that were computed on two ways.
  private static let rounding = 1 + 1e-9

  /// Why a row cannot be one of a measurement; nil: it can.
  static func objection(_ record: Record) -> String? {
    guard let status = Record.Status(rawValue: record.status), !record.workloadText.isEmpty,
      !record.kernel.isEmpty
    else { return "workload_text, kernel or a known status is missing" }
    for column in RecordColumn.all {
      if let reason = objection(column, record) { return reason }
    }
    if let threads = record.threads, threads == 0 { return "threads is 0; expected at least 1" }
    return status == .ok ? objectionToTimes(record) : nil
  }

  private static func objection(_ column: RecordColumn, _ record: Record) -> String? {
    switch column.cell(record) {
    case .integer(let value) where value < 0: "\(column.name) is \(value); expected no negative number"
    case .real(let value) where value < 0: "\(column.name) is \(value); expected no negative number"
    case .real(let value) where value > most && !unbounded.contains(column.name):
      "\(column.name) is \(value); expected at most 1e12"
    default: nil
    }
  }

  private static func objectionToTimes(_ record: Record) -> String? {
    guard let median = record.medianMs else { return "is ok, but median_ms is empty" }
    guard median > 0 else { return "is ok, but median_ms is \(median); expected more than 0" }
    for (name, count) in [("rounds", record.rounds), ("samples", record.samples)] where count == 0 {
      return "is ok, but \(name) is 0; expected at least 1"
    }
    if let low = record.ciLowMs, let high = record.ciHighMs, low > high * rounding {
      return "ci_low_ms is \(low), ci_high_ms \(high); expected the lower one first"
    }
    let order: [(String, Double?, String, Double?)] = [
      ("ci_low_ms", record.ciLowMs, "median_ms", median),
      ("median_ms", median, "ci_high_ms", record.ciHighMs),
      ("min_ms", record.minMs, "median_ms", median), ("median_ms", median, "p95_ms", record.p95Ms),
    ]
    for case (let lower, let low?, let upper, let high?) in order where low > high * rounding {
      return "\(lower) is \(low), but \(upper) \(high); expected \(lower) to be no more"
    }
    return nil
  }
}
