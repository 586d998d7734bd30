import Records

/// Results do not depend on the number of threads, not in a single bit. A kernel that says of itself that it is right is held
/// to it: what a side measured of one kernel must be equal for all thread counts.
enum ThreadAgreement {
  /// What must be equal is told by cases that have this in common.
  private struct Group: Hashable {
    let workloadText: String
    let kernel: String
    let isa: String
    let cache: String
    let seed: Int?

    init(_ row: Record) {
      (workloadText, kernel, isa) = (row.workloadText, row.kernel, row.isa)
      (cache, seed) = (row.cache, row.seed)
    }
  }

  /// A sentence for every row whose value differs from that of the fewest threads, by index.
  /// - Parameters:
  ///   - rows: nil or without a thread count: not looked at.
  ///   - value: nil: unknown.
  private static func differences<T: Equatable>(
    _ rows: [Record?], _ value: (Int) -> T?, _ sentence: (_ index: Int, _ first: Int) -> String
  ) -> [Int: String] {
    var result: [Int: String] = [:]
    let known = rows.indices.filter {
      rows[$0]?.threads != nil && rows[$0]?.status == Record.Status.ok.rawValue && value($0) != nil
    }
    for group in Dictionary(grouping: known, by: { rows[$0].map(Group.init) }).values {
      guard let first = group.min(by: { rows[$0]?.threads ?? 0 < rows[$1]?.threads ?? 0 }) else { continue }
      for index in group where value(index) != value(first) { result[index] = sentence(index, first) }
    }
    return result
  }

  /// Of one side of a comparison, by digest.
  static func differences(_ run: PairedRun, _ side: PairedRun.Side) -> [Int: String] {
    let rows = run.cases.map { $0[side].row }
    return differences(rows, { run.cases[$0][side].digest }) { index, first in
      "results have other bits with \(rows[index]?.threads ?? 0) threads than with \(rows[first]?.threads ?? 0)"
    }
  }

  /// Of records, which tell no digest, but how far the result lies from the oracle's: the same bits are equally far.
  /// A contender, of which nobody knows the instruction set, makes no such promise.
  static func differences(_ records: [Record]) -> [Int: String] {
    differences(records, { records[$0].isa.isEmpty ? nil : records[$0].maxError }) { index, first in
      func told(_ place: Int) -> String {
        "\(records[place].maxError ?? 0) with \(records[place].threads ?? 0)"
      }
      return "max_error is \(told(index)) threads and \(told(first)): results have other bits"
    }
  }
}
