/// What is wrong with a file of records: line, found, expected.
public struct RecordTextError: Error, Equatable, CustomStringConvertible {
  public let description: String
  public init(description: String) { self.description = description }
}

public enum CSV {
  /// Fields joined by commas, quoted where RFC 4180 asks for it.
  public static func line(_ fields: [String]) -> String { fields.map(quoted).joined(separator: ",") + "\n" }

  private static func quoted(_ field: String) -> String {
    let special: Set<Unicode.Scalar> = [",", "\"", "\n", "\r"]
    guard field.unicodeScalars.contains(where: special.contains) else { return field }
    return "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
      + "\""
  }

  /// Header and one line per record.
  public static func text(_ records: [Record]) -> String {
    let header = line(Column.all.map(\.name))
    return records.reduce(into: header) { text, record in text += line(Column.all.map { $0.text(record) }) }
  }

  /// Rows of fields; quotes, doubled quotes and line breaks inside quotes are understood.
  public static func rows(_ text: String) throws(RecordTextError) -> [[String]] {
    var rows: [[String]] = []
    var row: [String] = []
    var field = String.UnicodeScalarView()
    var (quoted, wasQuoted, line) = (false, false, 1)
    var scalars = Array(text.unicodeScalars)[...]

    func endField() {
      row.append(String(field))
      field = String.UnicodeScalarView()
      wasQuoted = false
    }
    while let scalar = scalars.popFirst() {
      if scalar == "\n" { line += 1 }
      if quoted {
        if scalar != "\"" {
          field.append(scalar)
        } else if scalars.first == "\"" {
          field.append(scalars.removeFirst())
        } else {
          quoted = false
        }
        continue
      }
      switch scalar {
      case "\"" where field.isEmpty && !wasQuoted:
        (quoted, wasQuoted) = (true, true)
      case ",":
        endField()
      case "\r" where scalars.first == "\n":
        break
      case "\n":
        endField()
        rows.append(row)
        row = []
      default:
        guard !wasQuoted else {
          throw RecordTextError(
            description: "line \(line): '\(scalar)' behind a closing quote; a comma was expected")
        }
        field.append(scalar)
      }
    }
    guard !quoted else { throw RecordTextError(description: "line \(line): a quoted field is not closed") }
    if !field.isEmpty || !row.isEmpty {
      endField()
      rows.append(row)
    }
    return rows
  }

  /// Records of a file that this or a later version wrote: unknown columns are ignored, missing ones stay nil.
  public static func records(_ text: String) throws(RecordTextError) -> [Record] {
    let rows = try rows(text)
    guard let header = rows.first else {
      throw RecordTextError(description: "line 1: no header; the file is empty")
    }
    guard header.contains("workload_text") || header.contains("workload") else {
      throw RecordTextError(description: "line 1: no column 'workload'; this is not a file of records")
    }
    var names: Set<String> = []
    if let twice = header.first(where: { !names.insert($0).inserted }) {
      throw RecordTextError(description: "line 1: column '\(twice)' is there twice")
    }
    let columns = header.map { name in Column.all.first { $0.name == name } }
    var records: [Record] = []
    for (index, row) in rows.enumerated().dropFirst() {
      guard row.count == header.count else {
        throw RecordTextError(
          description: "line \(index + 1): \(row.count) fields; \(header.count) were expected")
      }
      var record = Record()
      for (column, field) in zip(columns, row) {
        guard let column else { continue }
        guard column.parse(field, &record) else {
          throw RecordTextError(
            description: "line \(index + 1): '\(field)' in column '\(column.name)' is not a number")
        }
      }
      records.append(record)
    }
    return records
  }
}
