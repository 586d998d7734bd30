import PlainText

/// Rows of text under headers, set for the console or as Markdown.
public struct Table: Sendable {
  /// Text is aligned left, numbers right.
  public enum Alignment: Sendable {
    /// Words; numbers.
    case left, right
  }

  /// The heading of a column.
  public struct Header: Sendable {
    /// Above the rule; empty for a column of remarks.
    public let title: String
    /// Of the column's cells.
    public let alignment: Alignment
    /// What is left out first where the table is too wide has the highest number; 0 stays.
    public let rank: Int

    /// - Parameter rank: see `rank`.
    public init(_ title: String, _ alignment: Alignment = .right, rank: Int = 0) {
      (self.title, self.alignment, self.rank) = (title, alignment, rank)
    }
  }

  /// From left to right.
  public let headers: [Header]
  /// Cells as text, one per header.
  public private(set) var rows: [[String]] = []
  /// Rows before which a group begins.
  private var groups: Set<Int> = []

  /// A table without rows.
  public init(_ headers: [Header]) { self.headers = headers }

  /// Appends a row.
  /// - Precondition: as many cells as headers.
  public mutating func add(_ cells: [String], beginsGroup: Bool = false) {
    precondition(cells.count == headers.count, "\(cells.count) cells under \(headers.count) headers")
    if beginsGroup && !rows.isEmpty { groups.insert(rows.count) }
    rows.append(cells.map(Table.oneLine))
  }

  private static let gap = 2

  private var widths: [Int] {
    headers.indices.map { i in ([headers[i].title] + rows.map { $0[i] }).map(\.count).max() ?? 0 }
  }

  /// The table with all its columns, however wide.
  public var console: String { console(width: nil) }

  /// Columns two spaces apart, an empty line between groups.
  /// - Parameter width: characters of a line. Where the table is wider, a long first column gets lines of its own, columns
  ///   with a rank are left out until the rest fits, and a remark in the last column goes below its row. Nil: no limit.
  public func console(width: Int?) -> String {
    let (widths, all) = (widths, Array(headers.indices))
    guard let width else { return console(widths, all, hasHeadings: false) { line, _ in line } }
    let remarks = headers.last?.title.isEmpty == true ? headers.count - 1 : headers.count
    let facts = all.filter { $0 != remarks }
    let hasHeadings = facts.count > 1 && total(widths, facts) > width && widths[0] * 5 > width * 2
    let shown =
      hasHeadings
      ? [0] + fitting(facts.filter { $0 > 0 }, widths, within: width - Table.gap)
      : fitting(facts, widths, within: width)
    return console(widths, shown, hasHeadings: hasHeadings) { line, row in
      row.indices.contains(remarks) ? Table.remarked(line, row[remarks], within: width) : line
    }
  }

  /// - Parameters:
  ///   - hasHeadings: whether the first column stands above the others.
  ///   - remark: completes the line of a row.
  private func console(
    _ widths: [Int], _ shown: [Int], hasHeadings: Bool, remark: (_ line: String, _ row: [String]) -> String
  ) -> String {
    let body = hasHeadings ? Array(shown.dropFirst()) : shown
    func line(_ cells: [String]) -> String {
      let padded = body.map { pad(cells[$0], widths[$0], headers[$0].alignment) }
      return Table.trimmed((hasHeadings ? Table.space : "") + padded.joined(separator: Table.space)) + "\n"
    }
    func heading(_ cells: [String]) -> String { hasHeadings && !cells[0].isEmpty ? cells[0] + "\n" : "" }
    let titles = headers.map(\.title)
    var text = heading(titles) + line(titles) + line(widths.map { String(repeating: "─", count: $0) })
    for (index, row) in rows.enumerated() {
      if groups.contains(index) { text += "\n" }
      text += heading(row) + remark(line(row), row)
    }
    return text
  }

  private func total(_ widths: [Int], _ shown: [Int]) -> Int {
    shown.reduce(-Table.gap) { $0 + widths[$1] + Table.gap }
  }

  /// The columns without those of the highest ranks, so that a line is short enough.
  private func fitting(_ columns: [Int], _ widths: [Int], within width: Int) -> [Int] {
    var shown = columns
    while total(widths, shown) > width {
      let ranked = shown.filter { headers[$0].rank > 0 }
      guard let least = ranked.max(by: { headers[$0].rank < headers[$1].rank }) else { break }
      shown.removeAll { $0 == least }
    }
    return shown
  }

  /// A line of a row and its remark, after it if there is room, else below.
  private static func remarked(_ line: String, _ remark: String, within width: Int) -> String {
    if remark.isEmpty { return line }
    let body = line.dropLast()
    if body.count + gap + remark.count <= width { return body + space + remark + "\n" }
    return body + "\n" + remark.wrapped(within: width - 2 * gap).map { space + space + $0 + "\n" }.joined()
  }

  private static let space = String(repeating: " ", count: gap)

  private static func trimmed(_ line: String) -> String {
    String(line[..<(line.lastIndex { $0 != " " }.map { line.index(after: $0) } ?? line.startIndex)])
  }

  /// A pipe table, whatever the cells contain.
  public var markdown: String {
    func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |\n" }
    let rule = headers.map { $0.alignment == .left ? ":--" : "--:" }
    return line(headers.map { Markdown.escaped($0.title) }) + line(rule)
      + rows.map { line($0.map { Markdown.escaped($0) }) }.joined()
  }

  /// Fields of text without padding, for CSV.
  public var fields: [[String]] { [headers.map(\.title)] + rows }

  /// A message may have several lines, a cell has one.
  private static func oneLine(_ cell: String) -> String {
    cell.split(whereSeparator: \.isNewline).joined(separator: " ").inert
  }

  private func pad(_ cell: String, _ width: Int, _ alignment: Alignment) -> String {
    let padded = cell.padded(to: width)
    return alignment == .left ? padded : String(padded.dropFirst(cell.count)) + cell
  }
}

extension String {
  /// With spaces after it, `width` characters or more.
  package func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
