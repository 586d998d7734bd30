import Kernels
import Records
import Workloads

/// How the selector's choice for a workload did beside the fastest of the kernels that were measured.
public struct TuningLine: Sendable {
  let workload: String
  let input: String
  let isa: String
  let threads: Int
  let chosen: String
  let chosenMs: Double
  let fastest: String
  let fastestMs: Double
  /// Kernels that were measured.
  let rivals: Int

  /// How much more time the choice takes, as a fraction of the fastest's.
  package var loss: Double { chosenMs / fastestMs - 1 }

  /// A line for each instruction set and thread count with which the choice and another kernel were measured.
  /// - Parameters:
  ///   - records: of this workload and of others.
  ///   - catalogue: whose selector chooses.
  public static func lines(
    _ workload: Workload, _ records: [Record], _ catalogue: Catalogue
  ) -> [TuningLine] {
    let measured = records.filter { $0.workloadText == workload.text && $0.medianMs != nil }
    let isas = ISA.available.filter { isa in measured.contains { $0.isa == isa.rawValue } }
    return isas.flatMap { isa -> [TuningLine] in
      let name = catalogue.best(workload.op, workload.inputs, isa: isa)?.kernel.name
      let rows = measured.filter { $0.isa == isa.rawValue }
      return Set(rows.compactMap(\.threads)).sorted().compactMap { threads in
        let rivals = rows.filter { $0.threads == threads }
        guard rivals.count > 1, let chosen = rivals.first(where: { $0.kernel == name }),
          let chosenMs = chosen.medianMs,
          let fastest = rivals.min(by: { ($0.medianMs ?? 0) < ($1.medianMs ?? 0) }),
          let fastestMs = fastest.medianMs
        else { return nil }
        return TuningLine(
          workload: workload.op.text, input: workload.inputs.text, isa: isa.rawValue, threads: threads,
          chosen: chosen.kernel, chosenMs: chosenMs, fastest: fastest.kernel, fastestMs: fastestMs,
          rivals: rivals.count)
      }
    }
  }
}

/// What tuning has found.
public enum TuningReport {
  private static let columns: [Column<TuningLine>] = [
    Column("workload", text: { $0.workload }).shown(),
    Column("input_shape", text: { $0.input }).shown("input"),
    Column("isa", text: { $0.isa }).shown(rank: 2),
    Column("threads", integer: { $0.threads }).shown("T", rank: 1),
    Column("rivals", integer: { $0.rivals }).shown(rank: 3),
    Column("chosen", text: { $0.chosen }).shown(),
    Column("chosen_ms", real: { $0.chosenMs }).shown("ms"),
    Column("fastest", text: { $0.fastest }).shown(),
    Column("fastest_ms", real: { $0.fastestMs }).shown("ms"),
    Column("loss", real: { $0.loss }).shown("loss", .percent),
  ]

  /// Names that its table can be asked for.
  public static let columnNames = Listing.names(columns)
  /// A choice that loses no more counts as good.
  private static let good = 0.05

  /// - Parameter lines: shown in this order.
  public static func report(_ lines: [TuningLine], columns names: [String]? = nil) -> Report {
    Report(
      Listing(lines, columns, grouped: 2) { [$0.workload, $0.input] }, columns: names, note: summary(lines))
  }

  /// How often the selector chose well.
  static func summary(_ lines: [TuningLine]) -> String {
    guard !lines.isEmpty else { return "no workload had two kernels to compare\n" }
    let near = lines.count { $0.loss <= good }
    let share = Numbers.percent(Double(near) / Double(lines.count))
    let mean = lines.reduce(0) { $0 + $1.loss } / Double(lines.count)
    return
      "the selector's choice was within \(Numbers.percent(good)) of the fastest kernel in \(near) of \(lines.count) cases "
      + "(\(share)); its mean loss was \(Numbers.percent(mean))\n"
  }
}
