import Records

/// The table of a run: what each workload costs, how long each kernel takes.
public enum RunTable {
  /// What it shows of itself; the other columns of records can be asked for by name.
  private static let shown: [String: (title: String, form: Column<Record>.Form, rank: Int)] = [
    "workload": ("workload", .plain, 0), "parameters": ("params", .scaled, 1), "macs": ("MACs", .scaled, 5),
    "flops": ("FLOPs", .scaled, 7), "bytes": ("bytes", .scaled, 8), "kernel": ("kernel", .plain, 0),
    "isa": ("isa", .plain, 3), "threads": ("T", .plain, 0), "median_ms": ("median ms", .plain, 0),
    "mad_ms": ("± MAD", .plain, 6), "gflops": ("GFLOP/s", .plain, 4), "gbps": ("GB/s", .plain, 9),
    "roof_fraction": ("of roof", .percent, 0), "speedup_vs_reference": ("vs ref", .times, 0),
    "speedup_vs_1_thread": ("vs 1T", .times, 2),
  ]
  /// The columns that say something about the workload and not about a kernel.
  private static let costs = ["workload", "parameters", "macs", "flops", "bytes"]

  /// Everything that a record has, first what describes the workload.
  public static let columns: [Column<Record>] = {
    let all = RecordColumn.all.map { item in
      shown[item.name].map { item.column.shown($0.title, $0.form, rank: $0.rank) } ?? item.column
    }
    return all.filter { costs.contains($0.name) } + all.filter { !costs.contains($0.name) }
      + [Column(onlyShown: "", remark)]
  }()

  /// Why a row has no time, or one that says little.
  @Sendable private static func remark(_ record: Record) -> String {
    if record.status != Record.Status.ok.rawValue { return "\(record.status): \(record.reason)" }
    return record.oversubscribed == 1 ? "oversubscribed" : ""
  }

  /// - Parameter names: columns to show; nil: the usual ones.
  public static func table(_ records: [Record], columns names: [String]? = nil) -> Table {
    // Two suites may give one name to different workloads.
    Listing(records, columns, grouped: costs.count) { [$0.suite, $0.workload, $0.workloadText] }.table(names)
  }
}
