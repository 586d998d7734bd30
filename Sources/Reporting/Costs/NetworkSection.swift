import Models
import PlainText
import Workloads

/// A network's table with what it does not say.
struct NetworkSection {
  let console: (_ width: Int?) -> String
  let markdown: String

  private struct Numbered: Sendable {
    let index: Int
    let line: CostLine
  }

  init(
    _ network: Network, _ workload: Workload, _ lines: [CostLine], showsLayers: Bool,
    _ convention: Convention?
  ) throws {
    let names =
      ["stage", "operator", "output_shape"] + CostLine.commonColumns(convention)
      + ["weight_bytes", "activation_bytes", "filters", "kernels"]
    let shown = showsLayers ? lines : try NetworkGroups.lines(network, workload.inputs, lines)
    let total = shown.firstIndex { $0.stage == "total" } ?? shown.count
    let rows = shown.enumerated().map { Numbered(index: $0, line: $1) }
    let columns = CostLine.columns(convention).named(names).map { $0.of { (row: Numbered) in row.line } }
    let table = Listing(rows, columns, grouped: 0) { [$0.index < total ? "stages" : "total"] }.table()
    let notes = try NetworkNotes.lines(workload, convention)
    let title = workload.name == workload.text ? workload.text : "\(workload.name) = \(workload.text)"
    console = { width in
      title + "\n\n" + table.console(width: width) + "\n" + notes.map { "  \($0)\n" }.joined()
    }
    markdown =
      Markdown.escaped(title, beginsLine: true) + "\n\n" + table.markdown + "\n"
      + notes.map { "- \($0)\n" }.joined()
  }
}
