import Models
import Operators
import PlainText
import Reporting
import Tensors
import Workloads

/// A network's table with what it does not say.
struct NetworkSection {
  let console: (_ width: Int?) -> String
  let markdown: String

  init(
    _ network: Network, _ workload: Workload, _ lines: [CostLine], showsLayers: Bool,
    _ convention: Convention?
  ) throws {
    let columns =
      CountColumn.common(convention) + [
        CountColumn(title: "weight bytes", rank: 2) { $0.weightBytes },
        CountColumn(title: "activation bytes", rank: 3) { $0.activationBytes },
        CountColumn(title: "filters", rank: 4) { $0.filters },
        CountColumn(title: "kernels", rank: 5) { $0.kernels },
      ]
    var table = Table(
      ["stage", "operator", "output"].map { Table.Header($0, .left) } + columns.map(\.header)
    )
    let shown = showsLayers ? lines : try NetworkGroups.lines(network, workload.inputs, lines)
    for line in shown {
      table.add(
        [line.stage, line.op, line.output.description]
          + columns.map { Numbers.count($0.value(line.counts)) }, beginsGroup: line.stage == "total")
    }
    let notes = try NetworkNotes.lines(workload, convention)
    let title = workload.name == workload.text ? workload.text : "\(workload.name) = \(workload.text)"
    console = { [table] width in
      title + "\n\n" + table.console(width: width) + "\n" + notes.map { "  \($0)\n" }.joined()
    }
    markdown =
      Markdown.escaped(title, beginsLine: true) + "\n\n" + table.markdown + "\n"
      + notes.map { "- \($0)\n" }.joined()
  }
}

/// The layers of a network in groups that a reader can survey: those whose names begin alike (`layer1.0`, `layer1.1`).
enum NetworkGroups {
  /// A line per group, then the total and the part of it that is attention.
  static func lines(_ network: Network, _ inputs: [Shape], _ lines: [CostLine]) throws -> [CostLine] {
    let nodes = try network.graph(inputs).nodes
    let layers = zip(try network.stages(inputs), lines)
    let total = lines[lines.count - 1]
    var result: [CostLine] = []
    for name in unique(nodes.map { group(of: $0.name) }) {
      let members = layers.filter { group(of: $0.0.name) == name }
      guard let last = members.last else { continue }
      result.append(
        line(
          name, contents(nodes.filter { group(of: $0.name) == name }), last.1.output, members.map(\.1),
          like: total))
    }
    let attention = layers.filter(\.0.isAttention).map(\.1)
    guard let module = network.options.attention.module, let last = attention.last else {
      return result + [total]
    }
    return result + [total, line("of which attention", module.keyword, last.output, attention, like: total)]
  }

  private static func group(of name: String) -> Substring { name.prefix { $0 != "." } }

  private static func line(
    _ stage: some StringProtocol, _ op: String, _ output: Shape, _ members: [CostLine], like total: CostLine
  ) -> CostLine {
    CostLine(
      name: total.name, stage: String(stage), op: op, output: output,
      counts: members.reduce(Counts()) { $0 + $1.counts }, convention: total.convention)
  }

  /// `3 bottleneck`, `2 conv, 2 relu, pool`.
  private static func contents(_ nodes: [Graph.Node]) -> String {
    unique(nodes.map { $0.op.keyword }).map { keyword in
      let count = nodes.count { $0.op.keyword == keyword }
      return count == 1 ? keyword : "\(count) \(keyword)"
    }.joined(separator: ", ")
  }

  private static func unique<T: Hashable>(_ values: [T]) -> [T] {
    var seen: Set<T> = []
    return values.filter { seen.insert($0).inserted }
  }
}

/// What the table of a network does not say.
enum NetworkNotes {
  static func lines(_ workload: Workload, _ convention: Convention?) throws -> [String] {
    let stages = try workload.op.stages(workload.inputs)
    let counts = try stages.map { try Counts($0, convention) }.reduce(Counts(), +)
    return [counted(counts, convention), peak(stages, counts, workload.inputs), filters(counts)].compactMap {
      $0
    }
      + (try savings(stages))
  }

  private static func counted(_ counts: Counts, _ convention: Convention?) -> String? {
    guard let convention, let counted = counts.counted else { return nil }
    return "counted by convention \(convention.rawValue): \(Numbers.fixed(Double(counted) / 1e9, 3)) G "
      + "(\(Numbers.count(counted))), \(Numbers.fixed(Double(counts.parameters) / 1e6, 2)) M parameters: "
      + convention.rule
  }

  private static func peak(_ stages: Stages, _ counts: Counts, _ inputs: [Shape]) -> String {
    let peak = stages.peakActivations(inputs)
    return
      "peak activation memory: \(Numbers.scaled(4 * peak.size))B, while \(stages[peak.stage].name) runs, if every "
      + "layer writes a tensor of its own; weights: \(Numbers.scaled(counts.weightBytes))B"
  }

  private static func filters(_ counts: Counts) -> String {
    "\(Numbers.count(counts.filters)) filters of \(Numbers.count(counts.kernels)) kernels: "
      + "a filter is a stack of one kernel per input channel of its group"
  }

  /// What smaller convolutions save against the dense ones in whose place they are.
  static func savings(_ stages: Stages) throws -> [String] { try Saving.all(in: stages).map(saving) }

  private static func saving(_ saving: Saving) -> String {
    func times(_ count: KeyPath<Cost, Int>) -> String {
      let ratio = Double(saving.dense[keyPath: count]) / Double(saving.factorised[keyPath: count])
      return Numbers.significant(ratio)
    }
    return
      "\(saving.count) x (\(saving.kind.rawValue)): \(Numbers.scaled(saving.factorised.parameters)) weights, "
      + "\(Numbers.scaled(saving.factorised.macs)) MACs; dense 3x3 in their place: "
      + "\(Numbers.scaled(saving.dense.parameters)) weights, \(Numbers.scaled(saving.dense.macs)) MACs, "
      + "\(times(\.parameters)) and \(times(\.macs)) times as many"
  }
}
