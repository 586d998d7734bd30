import Models
import Operators
import Tensors
import Workloads

/// What the table of a network does not say.
enum NetworkNotes {
  static func lines(_ workload: Workload, _ convention: Convention?) throws -> [String] {
    let stages = try workload.op.stages(workload.inputs)
    let counts = try stages.map { try Counts($0, convention) }.reduce(Counts(), +)
    return [counted(counts, convention), peak(stages, counts, workload.inputs), filters(counts)].compactMap {
      $0
    }
      + (try savings(stages))
  }

  private static func counted(_ counts: Counts, _ convention: Convention?) -> String? {
    guard let convention, let counted = counts.counted else { return nil }
    return "counted by convention \(convention.rawValue): \(Numbers.fixed(Double(counted) / 1e9, 3)) G "
      + "(\(Numbers.count(counted))), \(Numbers.fixed(Double(counts.parameters) / 1e6, 2)) M parameters: "
      + convention.rule
  }

  private static func peak(_ stages: Stages, _ counts: Counts, _ inputs: [Shape]) -> String {
    let peak = stages.peakActivations(inputs)
    return
      "peak activation memory: \(Numbers.scaled(4 * peak.size))B, while \(stages[peak.stage].name) runs, if every "
      + "layer writes a tensor of its own; weights: \(Numbers.scaled(counts.weightBytes))B"
  }

  private static func filters(_ counts: Counts) -> String {
    "\(Numbers.count(counts.filters)) filters of \(Numbers.count(counts.kernels)) kernels: "
      + "a filter is a stack of one kernel per input channel of its group"
  }

  /// What smaller convolutions save against the dense ones in whose place they are.
  static func savings(_ stages: Stages) throws -> [String] { try Saving.all(in: stages).map(saving) }

  private static func saving(_ saving: Saving) -> String {
    func times(_ count: KeyPath<Cost, Int>) -> String {
      let ratio = Double(saving.dense[keyPath: count]) / Double(saving.factorised[keyPath: count])
      return Numbers.significant(ratio)
    }
    return
      "\(saving.count) x (\(saving.kind.rawValue)): \(Numbers.scaled(saving.factorised.parameters)) weights, "
      + "\(Numbers.scaled(saving.factorised.macs)) MACs; dense 3x3 in their place: "
      + "\(Numbers.scaled(saving.dense.parameters)) weights, \(Numbers.scaled(saving.dense.macs)) MACs, "
      + "\(times(\.parameters)) and \(times(\.macs)) times as many"
  }
}
