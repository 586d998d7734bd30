import Models
import Reporting
import Workloads

/// One network with different attention: totals, and what each adds to the first.
struct ComparisonReport {
  let convention: Convention?

  /// - Parameter groups: for each network its variants, the first of which the others are compared with.
  func report(_ groups: [[Workload]]) throws -> Report {
    var table = Table(
      [Table.Header("network", .left)]
        + ["parameters", "more", "", "MACs", "more", ""].map { Table.Header($0) }
        + (convention.map { [$0.rawValue, "more", ""].map { Table.Header($0) } } ?? [])
        + [("weight bytes", 1), ("peak activation bytes", 2), ("filters", 3), ("kernels", 4)]
        .map { Table.Header($0.0, rank: $0.1) })
    var all: [CostLine] = []
    for group in groups {
      let lines = try group.map { try CostLine.lines($0, convention) }
      let totals = lines.compactMap(\.last)
      all += lines.flatMap { $0 }
      for (index, total) in totals.enumerated() {
        table.add(cells(total, against: totals[0], isFirst: index == 0), beginsGroup: index == 0)
      }
    }
    let rule = convention.map { "\n\($0.rawValue): \($0.rule)\n" } ?? ""
    return Report(
      table: { table.console(width: $0) + rule }, markdown: table.markdown + rule, csv: CostLine.csv(all),
      json: CostLine.json(all))
  }

  private func cells(_ total: CostLine, against first: CostLine, isFirst: Bool) -> [String] {
    func compared(_ value: (Counts) -> Int) -> [String] {
      let (count, base) = (value(total.counts), value(first.counts))
      guard !isFirst else { return [Numbers.count(count), "", ""] }
      let more = count - base
      return [
        Numbers.count(count), (more < 0 ? "" : "+") + Numbers.count(more),
        Numbers.percent(Double(more) / Double(base)),
      ]
    }
    let counted = convention.map { _ in compared { $0.counted ?? 0 } } ?? []
    return [total.name] + compared(\.parameters) + compared(\.macs) + counted
      + [
        total.counts.weightBytes, total.peakActivationBytes, total.counts.filters, total.counts.kernels,
      ].map { Numbers.count($0) }
  }
}
