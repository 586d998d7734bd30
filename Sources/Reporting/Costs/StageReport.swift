import Models
import PlainText
import Records
import Workloads

/// Workloads stage by stage, each network in a table of its own; a suite of a network's layers ends in a line of sums.
public struct StageReport {
  private let showsLayers: Bool
  private let convention: Convention?

  /// - Parameters:
  ///   - showsLayers: all layers of a network instead of groups.
  ///   - convention: also count so.
  public init(showsLayers: Bool, convention: Convention?) {
    (self.showsLayers, self.convention) = (showsLayers, convention)
  }

  /// A line of the table of all that is no network.
  private struct Line: Sendable {
    let group: Int
    let cost: CostLine
    /// How often the layer occurs; nil: that is not shown.
    let times: Int?
  }

  /// - Throws: what counting throws.
  public func report(_ suites: [Suite]) throws -> Report {
    var all: [CostLine] = []
    var (console, markdown, notes) = ([(Int?) -> String](), [String](), [String]())
    let hasMultiplicities = suites.contains(where: \.hasMultiplicities)
    var lines: [Line] = []
    for suite in suites {
      for workload in suite.workloads {
        let costs = try CostLine.lines(workload, convention)
        all += costs
        if workload.pass == .forward, let network = workload.op as? Network {
          let section = try NetworkSection(network, workload, costs, showsLayers: showsLayers, convention)
          console.append(section.console)
          markdown.append(section.markdown)
        } else {
          add(costs, times: hasMultiplicities ? workload.multiplicity : nil, to: &lines)
          notes += try NetworkNotes.savings(workload.op.stages(workload.inputs)).map {
            "\(workload.name): \($0)"
          }
        }
      }
      if suite.hasMultiplicities { lines.append(try sums(suite, group: lines.count)) }
    }
    if !notes.isEmpty {
      console.insert({ _ in notes.map { $0 + "\n" }.joined() }, at: 0)
      markdown.insert(notes.map { "- \(Markdown.escaped($0, beginsLine: true))\n" }.joined(), at: 0)
    }
    if !lines.isEmpty {
      let table = Listing(lines, columns(hasMultiplicities), grouped: 1) { ["\($0.group)"] }.table()
      console.insert({ table.console(width: $0) }, at: 0)
      markdown.insert(table.markdown, at: 0)
    }
    return Report(
      table: { width in console.map { $0(width) }.joined(separator: "\n") },
      markdown: markdown.joined(separator: "\n"), files: CostLine.files(all, convention))
  }

  private func columns(_ hasMultiplicities: Bool) -> [Column<Line>] {
    let names =
      ["name", "stage", "operator", "output_shape"] + CostLine.commonColumns(convention) + ["bytes"]
    let times = Column<Line>("times", integer: { $0.times }).shown()
    return
      (CostLine.columns(convention).named(names).map { $0.of { $0.cost } }
      + (hasMultiplicities ? [times] : [])).map(Self.saturated)
  }

  /// A sum that does not fit is the largest number, which is told in words.
  private static func saturated(_ column: Column<Line>) -> Column<Line> {
    guard !column.isText else { return column }
    return column.shown(
      column.title,
      .custom { line in
        column.cell(line) == .integer(.max) ? Weighted.tooLarge : column.shown(line)
      }, rank: column.rank)
  }

  private func add(_ costs: [CostLine], times: Int?, to lines: inout [Line]) {
    let group = lines.count
    // A primitive is its own only stage.
    for (index, cost) in (costs.count == 2 ? costs.suffix(1) : costs[...]).enumerated() {
      lines.append(Line(group: group, cost: cost, times: index == 0 ? times : nil))
    }
  }

  /// Counts times multiplicities, summed over a suite, and how many layers these are.
  private func sums(_ suite: Suite, group: Int) throws -> Line {
    let totals = try suite.workloads.map { workload in
      (workload.multiplicity, try CostLine.lines(workload, convention).last?.counts ?? Counts())
    }
    func sum(_ value: (Counts) -> Int) -> Int { Weighted.sum(totals.map { ($0.0, value($0.1)) }) ?? .max }
    var counts = Counts()
    (counts.parameters, counts.macs) = (sum(\.parameters), sum(\.macs))
    (counts.flops, counts.bytes) = (sum(\.flops), sum(\.bytes))
    counts.counted = convention.map { _ in sum { $0.counted ?? 0 } }
    let cost = CostLine(
      name: "\(suite.name), each layer as often as it occurs", stage: "sum", op: "", output: "",
      counts: counts)
    return Line(group: group, cost: cost, times: sum { _ in 1 })
  }
}
