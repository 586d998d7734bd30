import Foundation
import PlainText

/// Records that people hand in: of `run`, of a baseline, or what a spreadsheet has made of them.
public enum RecordsFile {
  /// What tells one case from another, and its time.
  private static let needed = [
    "workload_text", "kernel", "isa", "threads", "cache", "status", "median_ms",
  ]

  /// A case on one machine of those that a file has rows of.
  private struct Entry: Hashable {
    let identity: CaseIdentity
    let fingerprint: String
  }

  /// Rows of a file, each of another case, with values that a measurement can have.
  /// - Parameters:
  ///   - severalMachines: whether there may be rows of the same case from machines with other fingerprints.
  ///   - advice: what another file of this tool is good for, in words that follow its name.
  /// - Throws: in one sentence, what is wrong with the file and where.
  public static func read(
    _ data: Data, severalMachines: Bool = false, advice: (OwnFile) -> String = { _ in "" }
  ) throws(RecordTextError) -> [Record] {
    guard let text = FileKind.text(data) else {
      let name = FileKind.name(data) + (FileKind.own(data).map(advice) ?? "")
      throw RecordTextError(description: "\(name); records as CSV in UTF-8 were expected")
    }
    let table = try RecordTable(text)
    if let missing = needed.first(where: { !table.header.contains($0) }) {
      throw RecordTextError(
        description: "line 1: there is no column named '\(missing)'; records have "
          + needed.joined(separator: " "))
    }
    try checkEnd(table)
    // Spreadsheets write rows without content after the last one.
    let rows = table.rows.filter { $0.record != Record() }
    guard !rows.isEmpty else { throw RecordTextError(description: "line 2: no row after the header") }
    var lines: [Entry: Int] = [:]
    for (line, record) in rows {
      if let reason = Plausibility.objection(record) { throw RecordTextError(line: line, reason) }
      let identity = CaseIdentity(record)
      let entry = Entry(identity: identity, fingerprint: severalMachines ? record.fingerprint : "")
      if let earlier = lines.updateValue(line, forKey: entry) {
        throw RecordTextError(
          line: line,
          "the same case as line \(earlier): \(identity.description.shown(atMost: 120))")
      }
    }
    return rows.map(\.record)
  }

  /// A file that was cut in its last row has too few fields, or a last field that is not whole. Spreadsheets leave out the last
  /// line end, too: then the last field must be whole beyond doubt, in quotes or as in another row.
  private static func checkEnd(_ table: RecordTable) throws(RecordTextError) {
    guard let row = table.unclosed, !row.isLastQuoted, let last = row.fields.last,
      !table.lastFields.contains(last)
    else { return }
    throw RecordTextError(
      line: row.line,
      "no line end follows, and the last field, '\(last.shown)', may be cut; the file is truncated, or lacks a line end"
    )
  }
}
