import Foundation

public enum JSON {
  /// An array with one object per record.
  public static func text(_ records: [Record]) -> String {
    let objects = records.map { record in
      let fields = Column.all.compactMap { column -> String? in
        column.cell(record).map { "    \(string(column.name)): \(value($0))" }
      }
      return "  {\n" + fields.joined(separator: ",\n") + "\n  }"
    }
    return objects.isEmpty ? "[]\n" : "[\n" + objects.joined(separator: ",\n") + "\n]\n"
  }

  public static func value(_ cell: Column.Cell) -> String {
    switch cell {
    case .text(let text): string(text)
    case .integer(let value): String(value)
    case .real(let value): String(value)
    }
  }

  /// The text of a cell without quotes, as CSV has it.
  public static func plain(_ cell: Column.Cell) -> String {
    if case .text(let text) = cell { text } else { value(cell) }
  }

  /// A quoted and escaped string.
  public static func string(_ text: String) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    guard let data = try? encoder.encode(text) else { return "\"\"" }
    return String(decoding: data, as: UTF8.self)
  }
}
