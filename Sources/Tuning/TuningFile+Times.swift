import Foundation
import Kernels
import Operators
import Records
import Tensors
import Workloads

extension TuningFile {
  /// Times of a machine's kernels, for `Catalogue.tuned(by:)`. A kernel that was measured with several thread counts has the
  /// geometric mean, over those counts with which the most kernels were measured. Operators that this build does not know are
  /// left out.
  public func times(fingerprint: String = TuningFile.fingerprintHere) -> MeasuredTimes {
    let here = records.filter { $0.fingerprint == fingerprint && Self.counts($0) }
    var times = MeasuredTimes()
    for (text, rows) in Dictionary(grouping: here, by: \.workloadText) {
      guard let workload = try? Workload(text) else { continue }
      for (name, rows) in Dictionary(grouping: rows, by: \.isa) {
        guard let isa = ISA(rawValue: name) else { continue }
        for (kernel, seconds) in Self.means(rows) {
          times.insert(seconds, of: kernel, for: workload.op, workload.inputs, isa: isa)
        }
      }
    }
    return times
  }

  /// Seconds of each kernel of one operator.
  private static func means(_ rows: [Record]) -> [String: Double] {
    let byThreads = Dictionary(grouping: rows) { $0.threads ?? 0 }
    let most = byThreads.values.map(\.count).max() ?? 0
    let counts = Set(byThreads.filter { $0.value.count == most }.keys)
    return Dictionary(grouping: rows.filter { counts.contains($0.threads ?? 0) }, by: \.kernel)
      .filter { $0.value.count == counts.count }
      .mapValues { rows in
        exp(rows.reduce(0) { $0 + log(($1.medianMs ?? 1) * 1e-3) } / Double(rows.count))
      }
  }
}
