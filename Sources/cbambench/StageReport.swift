import Models
import PlainText
import Reporting
import Workloads

/// A number in the tables of `cost`.
struct CountColumn {
  let title: String
  /// As in tables.
  var rank = 0
  let value: (Counts) -> Int?

  var header: Table.Header { Table.Header(title, rank: rank) }

  /// Parameters, MACs, FLOPs, and what a convention counts.
  static func common(_ convention: Convention?) -> [CountColumn] {
    [
      CountColumn(title: "parameters") { $0.parameters }, CountColumn(title: "MACs") { $0.macs },
      CountColumn(title: "FLOPs", rank: 1) { $0.flops },
    ] + (convention.map { [CountColumn(title: $0.rawValue) { $0.counted }] } ?? [])
  }
}

/// Workloads stage by stage, each network in a table of its own; a suite of a network's layers ends in a line of sums.
struct StageReport {
  /// All layers of a network instead of groups.
  let showsLayers: Bool
  let convention: Convention?

  private var columns: [CountColumn] {
    CountColumn.common(convention) + [CountColumn(title: "bytes", rank: 2) { $0.bytes }]
  }

  func report(_ suites: [Suite]) throws -> Report {
    var all: [CostLine] = []
    var console: [(Int?) -> String] = []
    var (markdown, notes) = ([String](), [String]())
    let hasMultiplicities = suites.contains(where: \.hasMultiplicities)
    var table = Table(
      ["workload", "stage", "operator", "output"].map { Table.Header($0, .left) }
        + columns.map(\.header) + (hasMultiplicities ? [Table.Header("times")] : []))
    for suite in suites {
      for workload in suite.workloads {
        let lines = try CostLine.lines(workload, convention)
        all += lines
        if let network = workload.op as? Network {
          let section = try NetworkSection(network, workload, lines, showsLayers: showsLayers, convention)
          console.append(section.console)
          markdown.append(section.markdown)
        } else {
          add(lines, times: hasMultiplicities ? workload.multiplicity : nil, to: &table)
          notes += try NetworkNotes.savings(workload.op.stages(workload.inputs)).map {
            "\(workload.name): \($0)"
          }
        }
      }
      if suite.hasMultiplicities { table.add(try sums(suite), beginsGroup: true) }
    }
    if !notes.isEmpty {
      console.insert({ _ in notes.map { $0 + "\n" }.joined() }, at: 0)
      markdown.insert(notes.map { "- \(Markdown.escaped($0, beginsLine: true))\n" }.joined(), at: 0)
    }
    if !table.rows.isEmpty {
      console.insert({ table.console(width: $0) }, at: 0)
      markdown.insert(table.markdown, at: 0)
    }
    return Report(
      table: { width in console.map { $0(width) }.joined(separator: "\n") },
      markdown: markdown.joined(separator: "\n"),
      csv: CostLine.csv(all),
      json: CostLine.json(all))
  }

  private func add(_ lines: [CostLine], times: Int?, to table: inout Table) {
    // A primitive is its own only stage.
    for (index, line) in (lines.count == 2 ? lines.suffix(1) : lines[...]).enumerated() {
      let cells =
        [index == 0 ? line.name : "", line.stage, line.op, line.output.description]
        + columns.map { Numbers.count($0.value(line.counts)) }
        + (times.map { [index == 0 ? Numbers.count($0) : ""] } ?? [])
      table.add(cells, beginsGroup: index == 0)
    }
  }

  /// Counts times multiplicities, summed over a suite, and how many layers these are.
  private func sums(_ suite: Suite) throws -> [String] {
    let totals = try suite.workloads.map { workload in
      (workload.multiplicity, try CostLine.lines(workload, convention).last?.counts ?? Counts())
    }
    func sum(_ value: (Counts) -> Int?) -> String {
      Weighted.sum(totals.map { ($0.0, value($0.1) ?? 0) }).map { Numbers.count($0) } ?? Weighted.tooLarge
    }
    return ["\(suite.name), each layer as often as it occurs", "sum", "", ""]
      + columns.map { sum($0.value) } + [sum { _ in 1 }]
  }
}
