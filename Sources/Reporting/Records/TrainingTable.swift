import Records

/// What steps of training consist of: a table of their own below that of a run.
enum TrainingTable {
  /// A step's phases as parts of their sum, since clocks between phases make a step longer.
  private static func share(_ record: Record, _ phase: KeyPath<Record, Double?>) -> Double? {
    let phases = [record.forwardMs, record.lossMs, record.backwardMs, record.updateMs, record.packingMs]
    let sum = phases.reduce(0) { $0 + ($1 ?? 0) }
    guard sum > 0, let own = record[keyPath: phase] else { return nil }
    return own / sum
  }

  private static func phase(_ title: String, _ path: KeyPath<Record, Double?> & Sendable) -> Column<Record> {
    Column(title, real: { share($0, path) }).shown(title, .percent)
  }

  private static let columns: [Column<Record>] = [
    Column("step", text: { $0.workload }).shown("training step"),
    Column("kernel", text: { $0.kernel }).shown(),
    Column("isa", text: { $0.isa }).shown(rank: 3), Column("threads", integer: { $0.threads }).shown("T"),
    Column("median_ms", real: { $0.medianMs }).shown("step ms"),
    Column("images_per_second", real: { $0.imagesPerSecond }).shown("images/s"),
    phase("forward", \.forwardMs), phase("loss", \.lossMs), phase("backward", \.backwardMs),
    phase("update", \.updateMs), phase("packing", \.packingMs),
    Column("activations", integer: { $0.peakActivationBytes }).shown("activations B", .scaled, rank: 1),
    Column("losses", text: { shortened($0.losses) }).shown("first losses", rank: 2),
  ]

  /// Four digits of each.
  private static func shortened(_ losses: String) -> String {
    losses.split(separator: " ").map { $0.prefix(5) }.joined(separator: " ")
  }

  /// Nil where no row is a training step.
  static func table(_ records: [Record]) -> Table? {
    let steps = records.filter { $0.imagesPerSecond != nil }
    guard !steps.isEmpty else { return nil }
    return Listing(steps, columns, grouped: 1) { [$0.workload, $0.workloadText] }.table()
  }
}
