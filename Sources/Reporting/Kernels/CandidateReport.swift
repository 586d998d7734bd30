import Execution
import Kernels
import Records
import Tensors
import Workloads

/// A kernel that could compute a workload or a part of it, on one instruction set.
public struct CandidateLine: Sendable {
  let workload: String
  let workloadText: String
  /// It would run there.
  public let isa: ISA
  let candidate: KernelCandidate
  /// The estimate as a time on this machine, with one thread.
  private(set) var estimatedMs: Double?
  /// The median with the fewest threads that were measured.
  private(set) var measuredMs: Double?
  private(set) var threads: Int?

  /// All of a workload.
  public static func lines(_ workload: Workload, _ catalogue: Catalogue, isa: ISA) -> [CandidateLine] {
    catalogue.candidates(workload.op, workload.inputs, isa: isa).map {
      CandidateLine(workload: workload.name, workloadText: workload.text, isa: isa, candidate: $0)
    }
  }

  /// The same with times.
  /// - Parameter cyclesPerSecond: of the estimate's cycles.
  public func timed(_ records: [Record], cyclesPerSecond: Double) -> CandidateLine {
    var line = self
    line.estimatedMs = candidate.form.cycles / cyclesPerSecond * 1e3
    guard candidate.part.isEmpty else { return line }
    let measured = records.filter {
      $0.workloadText == workloadText && $0.isa == isa.rawValue && $0.kernel == candidate.kernel
        && $0.medianMs != nil
    }.min { ($0.threads ?? 0) < ($1.threads ?? 0) }
    (line.measuredMs, line.threads) = (measured?.medianMs, measured?.threads)
    return line
  }
}

/// Kernels with the estimates by which the selector compared them.
public enum CandidateReport {
  private static let columns: [Column<CandidateLine>] = [
    Column("workload", text: { $0.workload }).shown(),
    Column("isa", text: { $0.isa.rawValue }).shown(rank: 1),
    Column("part", text: { $0.candidate.part }).shown(""),
    Column("operator", text: { $0.candidate.operation }).shown(rank: 3),
    Column("input_shape", text: { $0.candidate.inputs.text }).shown("input", rank: 2),
    Column("fused", text: { $0.candidate.fused.joined(separator: " ") }).shown("with", rank: 4),
    Column("kernel", text: { $0.candidate.kernel }).shown(),
    Column("takes", text: { $0.candidate.form.takes.map(\.description).joined(separator: " ") }),
    Column("gives", text: { $0.candidate.form.gives.map(\.description).joined(separator: " ") }),
    Column("estimated_cycles", integer: { Int(exactly: $0.candidate.form.cycles.rounded()) })
      .shown("cycles"),
    Column("chosen", text: { $0.candidate.isChosen ? "yes" : "" }).shown(),
    Column("detail", text: { $0.candidate.form.detail }).shown("", rank: 5),
  ]
  /// Of lines with times.
  private static let timed: [Column<CandidateLine>] = [
    Column("estimated_ms", real: { $0.estimatedMs }).shown("estimated ms"),
    Column("measured_ms", real: { $0.measuredMs }).shown("measured ms"),
    Column("threads", integer: { $0.threads }).shown("T"),
  ]

  /// Names that its table can be asked for.
  public static let columnNames = Listing.names(columns)

  /// - Parameter lines: shown in this order.
  public static func report(_ lines: [CandidateLine], columns names: [String]? = nil) -> Report {
    let isTimed = lines.contains { $0.estimatedMs != nil }
    let listing = Listing(lines, columns + (isTimed ? timed : []), grouped: 2) {
      [$0.workload, $0.isa.rawValue]
    }
    let note =
      "cycles: estimates of the kernels for one thread; the selector takes the least\n"
      + (isTimed
        ? "estimated ms: as cycles of which each does two multiply-adds of vectors, at this machine's peak\n"
        : "")
    return Report(listing, columns: names, note: note)
  }
}
