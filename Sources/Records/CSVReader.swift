import PlainText

/// Rows of fields of a text whose fields a character separates, as RFC 4180 and spreadsheets write them.
struct CSVReader {
  struct Row: Equatable {
    /// Where it begins, from 1.
    let line: Int
    var fields: [String] = []
    /// Whether its last field is in quotes.
    var isLastQuoted = false
    /// Whether a line end follows.
    var isClosed = false

    /// Of an empty line.
    var isBlank: Bool { fields == [""] && !isLastQuoted }
  }

  private(set) var rows: [Row] = []

  private enum Byte {
    static let quote = UInt8(ascii: "\"")
    static let feed = UInt8(ascii: "\n")
    static let carriage = UInt8(ascii: "\r")
  }

  /// Lines end in LF, CR LF or CR alone.
  init(_ text: String, separator: Character) throws(RecordTextError) {
    guard let separator = separator.asciiValue else { preconditionFailure("separator '\(separator)'") }
    var bytes = Array(text.utf8)[...]
    var (line, row, field) = (1, Row(line: 1), [UInt8]())
    var (isQuoted, wasQuoted) = (false, false)

    func endField() {
      row.fields.append(String(decoding: field, as: UTF8.self))
      row.isLastQuoted = wasQuoted
      field.removeAll(keepingCapacity: true)
      wasQuoted = false
    }
    while let byte = bytes.popFirst() {
      let isLineEnd = byte == Byte.feed || byte == Byte.carriage && bytes.first != Byte.feed
      if isLineEnd { line += 1 }
      if isQuoted {
        if byte != Byte.quote {
          field.append(byte)
        } else if bytes.first == Byte.quote {
          field.append(bytes.removeFirst())
        } else {
          isQuoted = false
        }
      } else if byte == Byte.quote && field.isEmpty && !wasQuoted {
        (isQuoted, wasQuoted) = (true, true)
      } else if byte == separator {
        endField()
      } else if isLineEnd {
        endField()
        row.isClosed = true
        rows.append(row)
        row = Row(line: line)
      } else if byte != Byte.carriage {
        guard !wasQuoted else { throw Self.stray(byte, line, separator) }
        field.append(byte)
      }
    }
    guard !isQuoted else {
      throw RecordTextError(
        line: row.line, "a quoted field is not closed; the file is truncated or a quote too many")
    }
    if !field.isEmpty || wasQuoted || !row.fields.isEmpty {
      endField()
      rows.append(row)
    }
  }

  private static func stray(_ byte: UInt8, _ line: Int, _ separator: UInt8) -> RecordTextError {
    let names = [UInt8(ascii: ","): "comma", UInt8(ascii: ";"): "semicolon", UInt8(ascii: "\t"): "tab"]
    let found = byte < 0x80 ? "'\(String(UnicodeScalar(byte)).shown)'" : "a letter"
    return RecordTextError(
      line: line, "\(found) after a closing quote; a \(names[separator] ?? "separator") was expected")
  }
}
