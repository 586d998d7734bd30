import PlainText

/// What a field of a row holds.
public enum Cell: Sendable, Equatable {
  /// Words.
  case text(String)
  /// A count.
  case integer(Int)
  /// A measured or computed number; finite.
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
