/// What is wrong with a file of records: line, found, expected.
public struct RecordTextError: Error, Equatable, CustomStringConvertible {
  public let description: String
  /// A sentence that names the place itself.
  public init(description: String) { self.description = description }

  init(line: Int, _ sentence: String) { self.init(description: "line \(line): \(sentence)") }
}

/// Comma-separated values, RFC 4180.
public enum CSV {
  /// Fields joined by commas, quoted where RFC 4180 asks for it.
  public static func line(_ fields: [String]) -> String { fields.map(quoted).joined(separator: ",") + "\n" }

  private static func quoted(_ field: String) -> String {
    let special: Set<Unicode.Scalar> = [",", "\"", "\n", "\r"]
    guard field.unicodeScalars.contains(where: special.contains) else { return field }
    return "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
      + "\""
  }

  /// Header and one line per row.
  public static func text<Row>(_ rows: [Row], _ columns: [Column<Row>]) -> String {
    let columns = columns.filter(\.isInFiles)
    let header = line(columns.map(\.name))
    return rows.reduce(into: header) { text, row in text += line(columns.map { $0.field(row) }) }
  }

  /// Header and one line per record.
  public static func text(_ records: [Record]) -> String { text(records, RecordColumn.all.map(\.column)) }

  /// Rows of fields that commas separate; quotes, doubled quotes and line breaks inside quotes are understood.
  public static func rows(_ text: String) throws(RecordTextError) -> [[String]] {
    try CSVReader(text, separator: ",").rows.map(\.fields)
  }

  /// Records of a file that this or a later version wrote: unknown columns are ignored, missing ones stay nil.
  public static func records(_ text: String) throws(RecordTextError) -> [Record] {
    try RecordTable(text).rows.map(\.record)
  }
}
