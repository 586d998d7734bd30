import PlainText

/// Rows of text under headers, set for the console or as Markdown.
public struct Table: Sendable {
  public enum Alignment: Sendable {
    case left, right
  }

  public struct Header: Sendable {
    public let title: String
    public let alignment: Alignment

    public init(_ title: String, _ alignment: Alignment = .right) {
      self.title = title
      self.alignment = alignment
    }
  }

  public let headers: [Header]
  public private(set) var rows: [[String]] = []
  /// Rows before which a group begins.
  private var groups: Set<Int> = []

  public init(_ headers: [Header]) { self.headers = headers }

  public mutating func add(_ cells: [String], beginsGroup: Bool = false) {
    precondition(cells.count == headers.count, "\(cells.count) cells under \(headers.count) headers")
    if beginsGroup && !rows.isEmpty { groups.insert(rows.count) }
    rows.append(cells.map(Table.oneLine))
  }

  private var widths: [Int] {
    headers.indices.map { i in ([headers[i].title] + rows.map { $0[i] }).map(\.count).max() ?? 0 }
  }

  /// Columns two spaces apart, an empty line between groups.
  public var console: String {
    let widths = widths
    func line(_ cells: [String]) -> String {
      let padded = cells.indices.map { pad(cells[$0], widths[$0], headers[$0].alignment) }
      var text = padded.joined(separator: "  ")
      while text.last == " " { text.removeLast() }
      return text + "\n"
    }
    var text = line(headers.map(\.title)) + line(widths.map { String(repeating: "─", count: $0) })
    for (index, row) in rows.enumerated() {
      if groups.contains(index) { text += "\n" }
      text += line(row)
    }
    return text
  }

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
  /// With spaces behind it, `width` characters or more.
  package func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
