import PlainText

/// Records of a text, with the lines where they begin.
///
/// Commas, semicolons or tabs separate fields: the header, whose names have none of them, tells which. Blank lines count for
/// nothing, columns may be in any order, unknown ones are ignored, and missing ones stay nil.
struct RecordTable {
  let rows: [(line: Int, record: Record)]
  let header: [String]
  /// The last row, if no line end follows it.
  let unclosed: CSVReader.Row?
  /// What ends the rows before it.
  let lastFields: Set<String>

  init(_ text: String) throws(RecordTextError) {
    let (body, separator) = try Self.form(text)
    let lines = try CSVReader(body, separator: separator).rows.filter { !$0.isBlank }
    guard let first = lines.first else {
      throw RecordTextError(line: 1, "no header; the file is empty")
    }
    let header = first.fields.map { String($0.drop { $0 == " " }) }
    guard header.contains("workload_text") || header.contains("workload") else {
      throw RecordTextError(line: 1, "no column 'workload'; this is not a file of records")
    }
    var names: Set<String> = []
    if let twice = header.first(where: { !$0.isEmpty && !names.insert($0).inserted }) {
      throw RecordTextError(line: 1, "column '\(twice.shown)' appears twice")
    }
    let columns = header.map { name in RecordColumn.all.first { $0.name == name } }
    var fields = Array(lines.dropFirst())
    for row in fields where row.fields.count != header.count {
      throw RecordTextError(
        line: row.line,
        "\(row.fields.count) fields; \(header.count) were expected"
          + (row.isClosed ? "" : ", the file is truncated"))
    }
    if separator != "," { try DecimalCommas(columns).replace(&fields) }
    var records: [(Int, Record)] = []
    for row in fields { records.append((row.line, try Self.record(row, columns))) }
    (rows, self.header) = (records, header)
    unclosed = fields.last.flatMap { $0.isClosed ? nil : $0 }
    lastFields = Set(fields.dropLast().compactMap(\.fields.last))
  }

  private static func record(_ row: CSVReader.Row, _ columns: [RecordColumn?]) throws(RecordTextError)
    -> Record
  {
    var record = Record()
    for (column, field) in zip(columns, row.fields) {
      guard let column, !column.parse(field, &record) else { continue }
      let kind = RecordColumn.real(field) == nil ? "a number" : "a whole number"
      let hint = field.contains(",") ? "; expected a decimal point" : ""
      throw RecordTextError(
        line: row.line, "'\(field.shown)' in column '\(column.name)' is not \(kind)\(hint)")
    }
    return record
  }

  /// What stands after a byte order mark and a spreadsheet's `sep=;`, and what separates fields.
  private static func form(_ text: String) throws(RecordTextError) -> (body: String, separator: Character) {
    var body = text[...]
    if body.unicodeScalars.first == "\u{FEFF}" { body.unicodeScalars.removeFirst() }
    // Characters: a carriage return and a line feed are one.
    let first = body.prefix { !$0.isNewline }
    if first.count == 5, first.hasPrefix("sep="), let mark = first.last, ",;\t".contains(mark) {
      return (String(body.dropFirst(first.count)), mark)
    }
    let separator = ([",", ";", "\t"] as [Character]).first { mark in
      first.split(separator: mark).map { String($0.filter { !" \"".contains($0) }) }
        .contains { $0 == "workload" || $0 == "workload_text" }
    }
    return (String(body), separator ?? ",")
  }
}
