import Foundation
import PlainText

/// JSON texts, RFC 8259.
public enum JSON {
  /// An array with one object per row. Fields that were not measured are left out.
  public static func text<Row>(_ rows: [Row], _ columns: [Column<Row>]) -> String {
    let columns = columns.filter(\.isInFiles)
    let objects = rows.map { row in
      let fields = columns.compactMap { column -> String? in
        column.cell(row).map { "    \(string(column.name)): \(value($0))" }
      }
      return "  {\n" + fields.joined(separator: ",\n") + "\n  }"
    }
    return objects.isEmpty ? "[]\n" : "[\n" + objects.joined(separator: ",\n") + "\n]\n"
  }

  /// An array with one object per record.
  public static func text(_ records: [Record]) -> String { text(records, RecordColumn.all.map(\.column)) }

  private static func value(_ cell: Cell) -> String {
    switch cell {
    case .text(let text): string(text)
    case .integer(let value): String(value)
    case .real(let value): String(value)
    }
  }

  /// A quoted and escaped string; a terminal shows it without acting on it.
  public static func string(_ text: String) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    guard let data = try? encoder.encode(text) else { return "\"\"" }
    let encoded = String(decoding: data, as: UTF8.self)
    guard encoded.unicodeScalars.contains(where: \.isActive) else { return encoded }
    return encoded.unicodeScalars.map { $0.isActive ? escaped($0) : String($0) }.joined()
  }

  /// `\u202E`; beyond 16 bits two of them.
  private static func escaped(_ scalar: Unicode.Scalar) -> String {
    String(scalar).utf16.map { "\\u" + String(format: "%04X", Int($0)) }.joined()
  }
}
