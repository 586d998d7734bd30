/// One field of a row: its name and value in files, and how tables show it.
///
/// A report is a list of columns. CSV, JSON, Markdown and the terminal all walk that list, so a field is added in one place.
public struct Column<Row>: Sendable {
  /// How a table writes a value.
  public enum Form: Sendable {
    /// Text as it is, whole numbers with their thousands separated, others with three significant digits.
    case plain
    /// Three significant digits and a unit prefix: `231 M`.
    case scaled
    /// A fraction, as a percentage.
    case percent
    /// A ratio: `12.3×`.
    case times
    /// Text of its own.
    case custom(@Sendable (Row) -> String)
  }

  /// In files, and for `--columns`.
  public let name: String
  /// Nil: empty or not measured.
  public let cell: @Sendable (Row) -> Cell?
  /// Heading in tables.
  public private(set) var title: String
  /// How tables write its values.
  public private(set) var form = Form.plain
  /// Whether tables show it without being asked.
  public private(set) var isShown = false
  /// What a table that is too wide leaves out first has the highest number; 0 stays.
  public private(set) var rank = 0
  /// Whether files have it; a table may sum up several fields in one.
  public private(set) var isInFiles = true
  /// Words, which tables align left; numbers are aligned right.
  public private(set) var isText = false

  /// A column of numbers.
  public init(_ name: String, _ cell: @escaping @Sendable (Row) -> Cell?) {
    self.name = name
    title = name
    self.cell = cell
  }

  /// A column that only tables have.
  /// - Parameter isText: false if what it shows are numbers.
  public init(
    onlyShown title: String, rank: Int = 0, isText: Bool = true,
    _ text: @escaping @Sendable (Row) -> String
  ) {
    self.init(title, text: text)
    (isInFiles, isShown, self.rank, self.isText) = (false, true, rank, isText)
  }

  /// The same column, which tables show.
  public func shown(_ title: String? = nil, _ form: Form = .plain, rank: Int = 0) -> Column {
    var column = self
    (column.title, column.form, column.rank, column.isShown) = (title ?? self.title, form, rank, true)
    return column
  }

  /// The same column of rows that have such a row in them.
  public func of<Outer>(_ part: @escaping @Sendable (Outer) -> Row) -> Column<Outer> {
    var column = Column<Outer>(name) { [cell] in cell(part($0)) }
    (column.title, column.isShown, column.rank) = (title, isShown, rank)
    (column.isInFiles, column.isText) = (isInFiles, isText)
    column.form =
      switch form {
      case .plain: .plain
      case .scaled: .scaled
      case .percent: .percent
      case .times: .times
      case .custom(let text): .custom { text(part($0)) }
      }
    return column
  }

  /// The field in CSV, without quotes.
  public func field(_ row: Row) -> String { cell(row)?.field ?? "" }
}

extension Column {
  /// A column of words; empty ones are no value.
  public init(_ name: String, text: @escaping @Sendable (Row) -> String) {
    self.init(name) { row in
      let text = text(row)
      return text.isEmpty ? nil : .text(text)
    }
    isText = true
  }

  /// A column of whole numbers.
  public init(_ name: String, integer: @escaping @Sendable (Row) -> Int?) {
    self.init(name) { integer($0).map { .integer($0) } }
  }

  /// A column of other numbers; those that are not finite count as not measured.
  public init(_ name: String, real: @escaping @Sendable (Row) -> Double?) {
    self.init(name) { real($0).flatMap { $0.isFinite ? .real($0) : nil } }
  }
}
