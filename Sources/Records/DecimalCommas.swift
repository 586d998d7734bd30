import PlainText

/// Numbers of a file whose fields semicolons or tabs separate, as spreadsheets write them where the comma is the decimal mark.
struct DecimalCommas {
  private let columns: [RecordColumn?]

  init(_ columns: [RecordColumn?]) { self.columns = columns }

  /// A number as it stands in a file.
  private struct Place {
    let row: Int
    let column: Int
  }

  /// Writes commas as points, if they are decimal marks beyond doubt.
  /// - Throws: where `1,234` might as well be one thousand and more, or commas and points are mixed.
  func replace(_ rows: inout [CSVReader.Row]) throws(RecordTextError) {
    let commas = places(rows, ",")
    guard let first = commas.first else { return }
    guard let clear = commas.first(where: { !Self.isAmbiguous(rows[$0.row].fields[$0.column]) }) else {
      let text = rows[first.row].fields[first.column]
      throw error(
        rows, first,
        "may be \(Self.pointed(text)) or \(text.filter { $0 != "," }); expected a decimal point")
    }
    if let point = places(rows, ".").first {
      throw error(
        rows, clear,
        "has a decimal comma, line \(rows[point.row].line) a decimal point, '\(field(rows, point))'; expected points"
      )
    }
    for place in commas { rows[place.row].fields[place.column] = Self.pointed(field(rows, place)) }
  }

  private func places(_ rows: [CSVReader.Row], _ mark: Character) -> [Place] {
    let reals = columns.indices.filter { columns[$0]?.isReal == true }
    return rows.indices.flatMap { row in
      reals.filter { rows[row].fields[$0].contains(mark) }.map { Place(row: row, column: $0) }
    }
  }

  private func field(_ rows: [CSVReader.Row], _ place: Place) -> String {
    rows[place.row].fields[place.column].shown
  }

  private func error(_ rows: [CSVReader.Row], _ place: Place, _ sentence: String) -> RecordTextError {
    let name = columns[place.column]?.name ?? ""
    return RecordTextError(
      line: rows[place.row].line, "'\(field(rows, place))' in column '\(name)' \(sentence)")
  }

  /// Three digits after a comma may be thousands, unless it follows a lone zero or more than three digits.
  private static func isAmbiguous(_ text: String) -> Bool {
    text.wholeMatch(of: /[-+]?[1-9][0-9]{0,2}(,[0-9]{3})+/) != nil
  }

  private static func pointed(_ text: String) -> String { String(text.map { $0 == "," ? "." : $0 }) }
}
