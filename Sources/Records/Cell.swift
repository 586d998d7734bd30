import PlainText

/// What a field of a row holds.
public enum Cell: Sendable, Equatable {
  case text(String)
  case integer(Int)
  case real(Double)

  /// The field in CSV, without quotes.
  public var field: String {
    switch self {
    case .text(let text): EscapedText.escaped(text)
    case .integer(let value): String(value)
    case .real(let value): String(value)
    }
  }
}
