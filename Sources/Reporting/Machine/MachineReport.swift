import Records

/// A fact about a machine or a limit that was measured.
public struct MachineLine: Sendable {
  let name: String
  let threads: Int?
  let value: Cell
  let unit: String
  let spread: Double?

  /// - Parameters:
  ///   - threads: that a limit is for.
  ///   - unit: of the value; empty: it has none.
  ///   - spread: of several measurements, as a share of the value.
  public init(name: String, threads: Int? = nil, value: Cell, unit: String = "", spread: Double? = nil) {
    (self.name, self.threads, self.value, self.unit, self.spread) = (name, threads, value, unit, spread)
  }
}

/// Facts and measured limits, each a line with its unit.
public enum MachineReport {
  private static let columns: [Column<MachineLine>] = [
    Column("quantity", text: { $0.name }).shown(),
    Column("threads", integer: { $0.threads }).shown("T"),
    Column("value") { $0.value }.shown(),
    Column("unit", text: { $0.unit }).shown(""),
    Column("spread", real: { $0.spread }).shown(nil, .percent, rank: 1),
  ]

  /// - Parameter lines: shown in this order.
  public static func report(_ lines: [MachineLine]) -> Report { Report(Listing(lines, columns)) }
}
