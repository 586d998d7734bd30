import Harness
import Records

/// Which kernels are right.
public enum CheckReport {
  private static let columns: [Column<Check>] = [
    Column("workload", text: { $0.workload.name }).shown(),
    Column("kernel", text: { $0.kernel }).shown(),
    Column("isa", text: { $0.isa }).shown(rank: 3),
    Column("threads", integer: { $0.threads }).shown("T"),
    Column("inputs", integer: { $0.fillings }).shown(rank: 2),
    Column("worst_ratio", real: { $0.worstRatio }).shown("error/bound", rank: 1),
    Column("verdict", text: { "\($0.outcome)" }).shown(),
    Column("workload_text", text: { $0.workload.text }),
  ]

  /// Names that `columns` of a report may have.
  public static var columnNames: [String] { Listing.names(columns) }

  /// - Parameter names: columns to show; nil: the usual ones.
  public static func report(_ checks: [Check], columns names: [String]?) -> Report {
    Report(Listing(checks, columns, grouped: 1) { [$0.workload.name] }, columns: names)
  }
}
