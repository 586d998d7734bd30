import Records

/// The table of a run: what each workload costs, how long each kernel takes.
public enum RunTable {
  private struct Field: Sendable {
    let header: Table.Header
    let text: @Sendable (Record) -> String

    init(
      _ title: String, _ alignment: Table.Alignment = .right, _ text: @escaping @Sendable (Record) -> String
    ) {
      header = Table.Header(title, alignment)
      self.text = text
    }
  }

  /// Shown once per workload.
  private static let costs = [
    Field("workload", .left) { $0.workload },
    Field("params") { Numbers.scaled($0.parameters) },
    Field("MACs") { Numbers.scaled($0.macs) },
    Field("FLOPs") { Numbers.scaled($0.flops) },
    Field("bytes") { Numbers.scaled($0.bytes) },
  ]

  private static let times = [
    Field("kernel", .left) { $0.kernel },
    Field("isa", .left) { $0.isa },
    Field("T") { Numbers.count($0.threads) },
    Field("median ms") { Numbers.significant($0.medianMs) },
    Field("± MAD") { Numbers.significant($0.madMs) },
    Field("GFLOP/s") { Numbers.significant($0.gflops) },
    Field("GB/s") { Numbers.significant($0.gbps) },
    Field("of roof") { Numbers.percent($0.roofFraction) },
    Field("vs ref") { $0.speedupVsReference.map { Numbers.significant($0) + "×" } ?? "" },
    Field("vs 1T") { $0.speedupVs1Thread.map { Numbers.significant($0) + "×" } ?? "" },
    Field("", .left, remark),
  ]

  /// Why a row has no time, or one that says little.
  @Sendable private static func remark(_ record: Record) -> String {
    if record.status != Record.Status.ok.rawValue { return "\(record.status): \(record.reason)" }
    return record.oversubscribed == 1 ? "oversubscribed" : ""
  }

  public static func table(_ records: [Record]) -> Table {
    let showsRemarks = records.contains { !remark($0).isEmpty }
    let shown = showsRemarks ? times : Array(times.dropLast())
    var table = Table((costs + shown).map(\.header))
    var previous: [String]?
    for record in records {
      // Two suites may give one name to different workloads.
      let identity = [record.suite, record.workload, record.workloadText]
      let isNew = identity != previous
      previous = identity
      table.add(
        costs.map { isNew ? $0.text(record) : "" } + shown.map { $0.text(record) }, beginsGroup: isNew)
    }
    return table
  }
}
