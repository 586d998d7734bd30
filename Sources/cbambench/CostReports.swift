import Harness
import Models
import Operators
import Records
import Reporting
import Tensors

/// One line of `cost`: a stage, or the total.
struct CostLine {
  let name: String
  let stage: String
  let op: String
  let output: Shape
  let cost: Cost
  var hidden: Int?
  var share: Double?

  static let columns = [
    "name", "stage", "operator", "output_shape", "parameters", "macs", "flops", "bytes", "hidden", "share",
  ]

  var fields: [String] {
    [
      name, stage, op, output.description, String(cost.parameters), String(cost.macs), String(cost.flops),
      String(cost.bytes), hidden.map { String($0) } ?? "", share.map { String($0) } ?? "",
    ]
  }

  /// Stages of a workload, then the total.
  static func lines(_ workload: Workload) throws -> [CostLine] {
    let stages = try workload.op.stages(workload.inputs).map {
      CostLine(name: workload.name, stage: $0.name, op: $0.op.keyword, output: $0.output, cost: $0.cost)
    }
    var total = CostLine(
      name: workload.name, stage: "total", op: workload.op.keyword, output: workload.output,
      cost: workload.cost)
    if var reducing = workload.op as? any Reducing {
      total.hidden = reducing.hidden(workload.inputs[0].c)
      reducing.reduction = 1
      total.share = Double(workload.cost.parameters) / Double(try reducing.cost(workload.inputs).parameters)
    }
    return stages + [total]
  }

  static func csv(_ lines: [CostLine]) -> String { ([columns] + lines.map(\.fields)).map(CSV.line).joined() }

  static func json(_ lines: [CostLine]) -> String {
    let numbers: Set<String> = ["parameters", "macs", "flops", "bytes", "hidden", "share"]
    let objects = lines.map { line in
      "  {"
        + zip(columns, line.fields).filter { !$1.isEmpty }.map { name, field in
          "\(JSON.string(name)): \(numbers.contains(name) ? field : JSON.string(field))"
        }.joined(separator: ", ") + "}"
    }
    return "[\n" + objects.joined(separator: ",\n") + "\n]\n"
  }
}

/// Every workload stage by stage; a suite of a network's layers ends in a line of sums.
enum StageReport {
  private static let counts: [KeyPath<Cost, Int> & Sendable] = [\.parameters, \.macs, \.flops, \.bytes]

  static func report(_ suites: [Suite]) throws -> Report {
    let hasMultiplicities = suites.contains(where: \.hasMultiplicities)
    let times = hasMultiplicities ? [Table.Header("times")] : []
    var table = Table(
      ["workload", "stage", "operator", "output"].map { Table.Header($0, .left) }
        + ["parameters", "MACs", "FLOPs", "bytes"].map { Table.Header($0) } + times)
    var all: [CostLine] = []
    for suite in suites {
      for workload in suite.workloads {
        let group = try CostLine.lines(workload)
        all += group
        // A primitive is its own only stage.
        for (index, line) in (group.count == 2 ? group.suffix(1) : group[...]).enumerated() {
          let cells =
            [index == 0 ? line.name : "", line.stage, line.op, line.output.description]
            + counts.map { Numbers.count(line.cost[keyPath: $0]) }
            + times.map { _ in index == 0 ? Numbers.count(workload.multiplicity) : "" }
          table.add(cells, beginsGroup: index == 0)
        }
      }
      if suite.hasMultiplicities { table.add(sums(suite), beginsGroup: true) }
    }
    return Report(
      table: table.console, markdown: table.markdown, csv: CostLine.csv(all), json: CostLine.json(all))
  }

  /// Costs times multiplicities, summed over a suite, and how many layers these are.
  private static func sums(_ suite: Suite) -> [String] {
    func sum(_ value: (Workload) -> Int) -> String {
      Numbers.count(Weighted.sum(suite.workloads.map { ($0.multiplicity, value($0)) }))
    }
    return ["\(suite.name), each layer as often as it occurs", "sum", "", ""]
      + counts.map { count in sum { $0.cost[keyPath: count] } } + [sum { _ in 1 }]
  }
}

/// What the reduction ratio does: one line per module, channels and r.
enum ReductionReport {
  static func report(_ workloads: [Workload]) throws -> Report {
    let lines = try workloads.map { try CostLine.lines($0) }
    var table = Table(
      [Table.Header("module", .left)]
        + [
          "C", "r", "hidden", "MLP weights", "biases", "conv weights", "batch norm", "total", "of r = 1",
          "MACs",
        ]
        .map { Table.Header($0) })
    for (workload, group) in zip(workloads, lines) {
      let parts = try parts(workload)
      let total = group[group.count - 1]
      table.add([
        workload.op.keyword, Numbers.count(workload.inputs[0].c),
        (workload.op as? any Reducing).map { Numbers.count($0.reduction) } ?? "", Numbers.count(total.hidden),
        Numbers.count(parts.mlp), Numbers.count(parts.biases), Numbers.count(parts.convolution),
        Numbers.count(parts.norm), Numbers.count(total.cost.parameters), Numbers.percent(total.share),
        Numbers.count(total.cost.macs),
      ])
    }
    let all = lines.flatMap { $0 }
    return Report(
      table: table.console, markdown: table.markdown, csv: CostLine.csv(all), json: CostLine.json(all))
  }

  private static func parts(_ workload: Workload) throws -> (
    mlp: Int, biases: Int, convolution: Int, norm: Int
  ) {
    var parts = (mlp: 0, biases: 0, convolution: 0, norm: 0)
    for weight in try workload.op.weights(workload.inputs) where weight.isLearned {
      switch weight.role {
      case .bias: parts.biases += weight.shape.count
      case .weight where weight.shape.rank == 4: parts.convolution += weight.shape.count
      case .weight: parts.mlp += weight.shape.count
      default: parts.norm += weight.shape.count
      }
    }
    return parts
  }
}
