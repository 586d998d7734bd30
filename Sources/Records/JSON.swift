import Foundation
import PlainText

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
    if case .text(let text) = cell { EscapedText.escaped(text) } else { value(cell) }
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
