import Models
import Records
import Workloads

/// What the reduction ratio does: one line per module, channels and r.
public enum ReductionReport {
  /// A module and where its parameters are.
  private struct Line: Sendable {
    let module: String
    let channels: Int
    let reduction: Int?
    let total: CostLine
    let parts: Parts
  }

  private struct Parts: Sendable {
    var mlp = 0
    var biases = 0
    var convolution = 0
    var norm = 0
  }

  private static var columns: [Column<Line>] {
    let costs = CostLine.columns(nil)
    func cost(_ name: String) -> [Column<Line>] { costs.named([name]).map { $0.of { $0.total } } }
    return [
      Column("module", text: { $0.module }).shown(), Column("C", integer: { $0.channels }).shown(),
      Column("r", integer: { $0.reduction }).shown(),
    ] + cost("hidden") + [
      Column("mlp_weights", integer: { $0.parts.mlp }).shown("MLP weights", rank: 2),
      Column("biases", integer: { $0.parts.biases }).shown(rank: 3),
      Column("conv_weights", integer: { $0.parts.convolution }).shown("conv weights", rank: 5),
      Column("batch_norm", integer: { $0.parts.norm }).shown("batch norm", rank: 4),
    ] + cost("parameters").map { $0.shown("total") } + cost("share") + cost("macs")
  }

  /// - Parameter workloads: modules with their shapes.
  public static func report(_ workloads: [Workload]) throws -> Report {
    let lines = try workloads.map { try CostLine.lines($0, nil) }
    let rows = try zip(workloads, lines).map { workload, group in
      Line(
        module: workload.op.keyword, channels: workload.inputs[0].c,
        reduction: (workload.op as? any Reducing)?.reduction, total: group[group.count - 1],
        parts: try parts(workload))
    }
    let table = Listing(rows, columns).table()
    return Report(
      table: { table.console(width: $0) }, markdown: table.markdown,
      files: CostLine.files(lines.flatMap { $0 }, nil))
  }

  private static func parts(_ workload: Workload) throws -> Parts {
    var parts = Parts()
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
