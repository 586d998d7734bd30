import Records

/// Rows under columns, in every form that commands write.
public struct Listing<Row> {
  /// Shown and written in this order.
  public let columns: [Column<Row>]
  /// Shown and written in this order.
  public let rows: [Row]
  /// What neighbouring rows of a group have in common.
  private let group: (Row) -> [String]
  /// Leading columns that tables fill in the first row of a group only.
  private let grouped: Int

  /// A list without groups.
  public init(_ rows: [Row], _ columns: [Column<Row>]) {
    self.init(rows, columns, grouped: 0) { _ in [] }
  }

  /// - Parameters:
  ///   - grouped: how many of the columns describe the group and not the row.
  ///   - group: rows with equal values that follow each other are a group.
  public init(_ rows: [Row], _ columns: [Column<Row>], grouped: Int, by group: @escaping (Row) -> [String]) {
    (self.rows, self.columns, self.grouped, self.group) = (rows, columns, grouped, group)
  }

  /// Header and rows, RFC 4180.
  public var csv: String { CSV.text(rows, columns) }
  /// An array of objects.
  public var json: String { JSON.text(rows, columns) }

  /// Names that `table` can be asked for.
  public static func names(_ columns: [Column<Row>]) -> [String] {
    columns.filter(\.isInFiles).map(\.name)
  }

  /// - Parameter names: columns to show, in this order; nil: those that tables show of themselves. Columns that no row
  ///   has a value for and that have no title are left out.
  public func table(_ names: [String]? = nil) -> Table {
    let chosen = names.map { columns.named($0) }
    let shown = (chosen ?? columns.filter(\.isShown)).filter { column in
      !column.title.isEmpty || rows.contains { column.cell($0) != nil }
    }
    let isGrouped = Set(columns.prefix(grouped).map(\.name))
    var table = Table(
      shown.map { column in
        Table.Header(
          column.title, column.isText ? .left : .right, rank: names == nil ? column.rank : 0)
      })
    var previous: [String]?
    for row in rows {
      let identity = group(row)
      let begins = previous != identity
      previous = identity
      table.add(
        shown.map { begins || !isGrouped.contains($0.name) ? $0.shown(row) : "" },
        beginsGroup: begins && !identity.isEmpty)
    }
    return table
  }
}

extension Array {
  /// The columns of these names, in this order.
  func named<Row>(_ names: [String]) -> [Column<Row>] where Element == Column<Row> {
    names.compactMap { name in first { $0.name == name } }
  }
}

extension Column {
  /// The value as a table writes it.
  func shown(_ row: Row) -> String {
    if case .custom(let text) = form { return text(row) }
    guard let cell = cell(row) else { return "" }
    switch (form, cell) {
    case (_, .text(let text)): return text
    case (.scaled, .integer(let value)): return Numbers.scaled(value)
    case (.percent, .real(let value)): return Numbers.percent(value)
    case (.times, .real(let value)): return Numbers.significant(value) + "×"
    case (_, .integer(let value)): return Numbers.count(value)
    case (_, .real(let value)): return Numbers.significant(value)
    }
  }
}
