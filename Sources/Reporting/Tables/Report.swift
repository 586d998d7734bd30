import PlainText

/// Results in the forms that every command can write.
public struct Report {
  /// Forms by the names that users give them.
  public enum Format: String, CaseIterable, Sendable {
    /// For a terminal.
    case table
    /// RFC 4180.
    case csv
    /// An array of objects.
    case json
    /// For web pages and comments.
    case markdown
  }

  private let table: (_ width: Int?) -> String
  private let markdown: String
  private let csv: String
  private let json: String
  /// Markdown with links that hold in a folder; nil: there are none.
  public let linked: ((_ folder: String) -> String)?

  /// - Parameters:
  ///   - table: within so many characters; nil: as wide as it is.
  ///   - linked: Markdown whose links hold in a folder.
  ///   - files: what CSV and JSON hold.
  public init<Row>(
    table: @escaping (_ width: Int?) -> String, markdown: String,
    linked: ((_ folder: String) -> String)? = nil, files: Listing<Row>
  ) {
    (self.table, self.markdown, self.linked) = (table, markdown, linked)
    (csv, json) = (files.csv, files.json)
  }

  /// A list in all its forms.
  /// - Parameters:
  ///   - columns: those that the table shows; nil: the usual ones.
  ///   - note: text after the table.
  public init<Row>(_ listing: Listing<Row>, columns: [String]? = nil, note: String = "") {
    let table = listing.table(columns)
    let end = note.isEmpty ? "" : "\n" + note
    self.init(table: { table.console(width: $0) + end }, markdown: table.markdown + end, files: listing)
  }

  /// - Parameter width: characters of a line of the table; nil: as many as it has.
  public func text(_ format: Format, width: Int? = nil) -> String {
    switch format {
    case .table: table(width).inertLines
    case .csv: csv
    case .json: json
    case .markdown: markdown
    }
  }
}

/// A form of a report that the ending of a file's name asks for.
public struct FileForm<Report> {
  /// With its point: `.svg`.
  public let ending: String
  /// What the file holds.
  public let bytes: (Report) -> [UInt8]

  init(_ ending: String, _ bytes: @escaping (Report) -> [UInt8]) {
    (self.ending, self.bytes) = (ending, bytes)
  }

  init(_ ending: String, text: @escaping (Report) -> String) {
    self.init(ending) { Array(text($0).utf8) }
  }
}
