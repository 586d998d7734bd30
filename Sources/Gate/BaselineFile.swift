import Foundation
import Records

/// The file that a project keeps in its repository.
public enum BaselineFile {
  /// Few columns, for people who review a change of it.
  public static let columns: [RecordColumn] = {
    let names: Set = [
      "workload", "workload_text", "requested_kernel", "kernel", "isa", "threads", "cache", "status",
      "parameters", "macs", "macs_inside", "flops", "bytes", "workspace_bytes", "allocations_per_call",
      "median_ms", "ci_low_ms", "ci_high_ms", "speedup_vs_reference", "roof_fraction", "fingerprint", "data",
    ]
    return RecordColumn.all.filter { names.contains($0.name) }
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

  /// Fingerprints of rows.
  public static func machines(_ rows: [Record]) -> String {
    let names = Set(rows.map(\.fingerprint)).filter { !$0.isEmpty }.sorted()
    return names.isEmpty ? "an unknown machine" : names.joined(separator: " / ")
  }

  /// What a baseline loses against the one that it replaces.
  public static func losses(_ records: [Record], old: [Record]) -> [String] {
    var lines: [String] = []
    let (here, there) = (machines(records), machines(old))
    if here != there {
      lines.append("times are compared on \(here) from now on, and no longer on \(there)")
    }
    let usable = records.filter { $0.status == Record.Status.ok.rawValue }
    let judgements = BaselineJudge(Policy(), allowsMissing: true, today: "").judgements(usable, baseline: old)
    let lost = judgements.filter { $0.headKernel.isEmpty }
    if let first = lost.first {
      lines.append(
        "\(lost.count) of \(old.count) rows of the old baseline are gone, such as \(first.identity)")
    }
    return lines + judgements.obstacles
  }
}
