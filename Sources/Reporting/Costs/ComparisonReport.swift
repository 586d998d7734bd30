import Models
import Records
import Workloads

/// One network with different attention: totals, and what each adds to the first.
public struct ComparisonReport {
  private let convention: Convention?

  /// - Parameter convention: also count so.
  public init(convention: Convention?) { self.convention = convention }

  /// A network and the one that it is compared with.
  private struct Pair: Sendable {
    let group: Int
    let isFirst: Bool
    let total: CostLine
    let first: CostLine
  }

  /// - Parameter groups: for each network its variants, the first of which the others are compared with.
  public func report(_ groups: [[Workload]]) throws -> Report {
    var all: [CostLine] = []
    var pairs: [Pair] = []
    for (place, group) in groups.enumerated() {
      let lines = try group.map { try CostLine.lines($0, convention) }
      let totals = lines.compactMap(\.last)
      all += lines.flatMap { $0 }
      pairs += totals.enumerated().map { index, total in
        Pair(group: place, isFirst: index == 0, total: total, first: totals[0])
      }
    }
    let table = Listing(pairs, columns, grouped: 0) { ["\($0.group)"] }.table()
    let rule = convention.map { "\n\($0.rawValue): \($0.rule)\n" } ?? ""
    return Report(
      table: { table.console(width: $0) + rule }, markdown: table.markdown + rule,
      files: CostLine.files(all, convention))
  }

  private var columns: [Column<Pair>] {
    var columns = [Column<Pair>("network", text: { $0.total.name }).shown()]
    columns += Self.compared("parameters", "parameters") { $0.parameters }
    columns += Self.compared("macs", "MACs") { $0.macs }
    if let convention { columns += Self.compared("counted", convention.rawValue) { $0.counted ?? 0 } }
    return columns
      + CostLine.columns(convention).named(["weight_bytes", "peak_activation_bytes", "filters", "kernels"])
      .map { $0.of { $0.total } }
  }

  /// A count, how much more it is than the first, and that as a share.
  private static func compared(
    _ name: String, _ title: String, _ count: @escaping @Sendable (Counts) -> Int
  ) -> [Column<Pair>] {
    @Sendable func more(_ pair: Pair) -> Int? {
      pair.isFirst ? nil : count(pair.total.counts) - count(pair.first.counts)
    }
    return [
      Column(name, integer: { count($0.total.counts) }).shown(title),
      Column(name + "_more", integer: more).shown(
        "more", .custom { pair in more(pair).map { ($0 < 0 ? "" : "+") + Numbers.count($0) } ?? "" }),
      Column(name + "_more_share") { pair in
        more(pair).map { .real(Double($0) / Double(count(pair.first.counts))) }
      }.shown("", .percent),
    ]
  }
}
