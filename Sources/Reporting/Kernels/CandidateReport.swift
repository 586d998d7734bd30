import Execution
import Kernels
import Records
import Tensors
import Workloads

/// A kernel that could compute a workload or a part of it, on one instruction set.
public struct CandidateLine: Sendable {
  let workload: String
  let isa: ISA
  let candidate: KernelCandidate

  /// All of a workload.
  public static func lines(_ workload: Workload, _ catalogue: Catalogue, isa: ISA) -> [CandidateLine] {
    catalogue.candidates(workload.op, workload.inputs, isa: isa).map {
      CandidateLine(workload: workload.name, isa: isa, candidate: $0)
    }
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
  ]

  /// Names that its table can be asked for.
  public static let columnNames = Listing.names(columns)

  /// - Parameter lines: shown in this order.
  public static func report(_ lines: [CandidateLine], columns names: [String]? = nil) -> Report {
    let listing = Listing(lines, columns, grouped: 2) { [$0.workload, $0.isa.rawValue] }
    return Report(
      listing, columns: names,
      note: "cycles: estimates of the kernels for one thread; the selector takes the least\n")
  }
}
