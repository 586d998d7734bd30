import Models
import Reporting
import Workloads

/// What the reduction ratio does: one line per module, channels and r.
enum ReductionReport {
  static func report(_ workloads: [Workload]) throws -> Report {
    let lines = try workloads.map { try CostLine.lines($0, nil) }
    var table = Table(
      [Table.Header("module", .left)]
        + [
          ("C", 0), ("r", 0), ("hidden", 1), ("MLP weights", 2), ("biases", 3), ("conv weights", 5),
          ("batch norm", 4), ("total", 0), ("of r = 1", 0), ("MACs", 0),
        ].map { Table.Header($0.0, rank: $0.1) })
    for (workload, group) in zip(workloads, lines) {
      let parts = try parts(workload)
      let total = group[group.count - 1]
      table.add([
        workload.op.keyword, Numbers.count(workload.inputs[0].c),
        (workload.op as? any Reducing).map { Numbers.count($0.reduction) } ?? "", Numbers.count(total.hidden),
        Numbers.count(parts.mlp), Numbers.count(parts.biases), Numbers.count(parts.convolution),
        Numbers.count(parts.norm), Numbers.count(total.counts.parameters), Numbers.percent(total.share),
        Numbers.count(total.counts.macs),
      ])
    }
    let all = lines.flatMap { $0 }
    return Report(
      table: { table.console(width: $0) }, markdown: table.markdown, csv: CostLine.csv(all),
      json: CostLine.json(all))
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
