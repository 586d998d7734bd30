/// What a row of two runs must have in common to be compared: the workload's text and what was asked for. Which kernel
/// the selector chose may differ.
public struct CaseIdentity: Hashable, Sendable {
  /// The workload's text, without the name that a suite gives it.
  public var workloadText: String
  /// As it was asked for; where several variants were, the variant's name.
  public var kernel: String
  /// The instruction set, as in the column.
  public var isa: String
  /// Nil: no kernel took the workload.
  public var threads: Int?
  /// The cache state, as in the column.
  public var cache: String
  /// As in the column; empty if dense.
  public var data: String

  /// The identity of a row.
  public init(_ record: Record) {
    workloadText = record.workloadText
    let isOneOfSeveral = ["all", "rivals", ""].contains(record.requestedKernel)
    kernel = isOneOfSeveral ? record.kernel : record.requestedKernel
    isa = record.isa
    threads = record.threads
    cache = record.cache
    data = record.data == DataText.dense ? "" : record.data
  }
}

extension CaseIdentity: CustomStringConvertible {
  public var description: String {
    let count = threads.map { ", \($0) \($0 == 1 ? "thread" : "threads")" } ?? ""
    let set = isa.isEmpty ? "" : ", \(isa)"
    return "\(workloadText) \(kernel)\(set)\(count), \(cache)\(data.isEmpty ? "" : ", \(data) data")"
  }
}
