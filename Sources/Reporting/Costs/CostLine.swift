import Models
import Records
import Workloads

/// One line of `cost`: a stage, several, or the total.
struct CostLine: Sendable {
  let name: String
  let stage: String
  let op: String
  /// Extents; empty where there is no one output.
  let output: String
  let counts: Counts
  var hidden: Int?
  var share: Double?
  var peakActivationBytes: Int?
  var convention: Convention?

  /// Stages of a workload, then the total.
  static func lines(_ workload: Workload, _ convention: Convention?) throws -> [CostLine] {
    let stages = try workload.op.stages(workload.inputs)
    let lines = try stages.map {
      CostLine(
        name: workload.name, stage: $0.name, op: $0.op.keyword, output: $0.output.description,
        counts: try Counts($0, convention), convention: convention)
    }
    var sum = lines.reduce(Counts()) { $0 + $1.counts }
    sum.bytes = workload.cost.bytes
    var total = CostLine(
      name: workload.name, stage: "total", op: workload.op.keyword, output: workload.output.description,
      counts: sum,
      peakActivationBytes: 4 * stages.peakActivations(workload.inputs).size, convention: convention)
    if var reducing = workload.op as? any Reducing {
      total.hidden = reducing.hidden(workload.inputs[0].c)
      reducing.reduction = 1
      total.share = Double(workload.cost.parameters) / Double(try reducing.cost(workload.inputs).parameters)
    }
    return lines + [total]
  }
}

extension CostLine {
  /// All that files have, in their order; tables show some of it, under these titles.
  /// - Parameter convention: what `counted` is counted by.
  static func columns(_ convention: Convention?) -> [Column<CostLine>] {
    [
      Column("name", text: { $0.name }).shown("workload"),
      Column("stage", text: { $0.stage }).shown(),
      Column("operator", text: { $0.op }).shown(),
      Column("output_shape", text: { $0.output }).shown("output"),
      Column("parameters", integer: { $0.counts.parameters }).shown(),
      Column("macs", integer: { $0.counts.macs }).shown("MACs"),
      Column("flops", integer: { $0.counts.flops }).shown("FLOPs", rank: 1),
      Column("bytes", integer: { $0.counts.bytes }).shown(rank: 2),
      Column("hidden", integer: { $0.hidden }).shown(rank: 1),
      Column("share", real: { $0.share }).shown("of r = 1", .percent),
      Column("filters", integer: { $0.counts.filters }).shown(rank: 4),
      Column("kernels", integer: { $0.counts.kernels }).shown(rank: 5),
      Column("weight_bytes", integer: { $0.counts.weightBytes }).shown("weight bytes", rank: 2),
      Column("activation_bytes", integer: { $0.counts.activationBytes }).shown("activation bytes", rank: 3),
      Column("peak_activation_bytes", integer: { $0.peakActivationBytes })
        .shown("peak activation bytes", rank: 3),
      Column("convention", text: { $0.convention?.rawValue ?? "" }),
      Column("counted", integer: { $0.counts.counted }).shown(convention?.rawValue ?? "counted"),
    ]
  }

  /// Parameters, MACs, FLOPs, and what a convention counts.
  static func commonColumns(_ convention: Convention?) -> [String] {
    ["parameters", "macs", "flops"] + (convention == nil ? [] : ["counted"])
  }

  /// For CSV and JSON.
  static func files(_ lines: [CostLine], _ convention: Convention?) -> Listing<CostLine> {
    Listing(lines, columns(convention))
  }
}
