import Records

/// A count that differs between two rows of a case. Counts do not depend on the machine's mood: there is no tolerance.
public struct ExactFinding: Sendable, Equatable {
  /// Name of the column.
  public let column: String
  /// The base's count, as text.
  public let base: String
  /// The head's count, as text; `empty` if it is missing.
  public let head: String
  /// What is only less than before is no harm; what the workload itself costs must not change at all.
  public let isWorse: Bool

  private struct Count: Sendable {
    let name: String
    let value: @Sendable (Record) -> Double?
    /// Whether less is better. Otherwise any change is one of the accounting.
    let mayShrink: Bool
  }

  private static let counts = [
    Count(name: "parameters", value: { $0.parameters.map(Double.init) }, mayShrink: false),
    Count(name: "macs", value: { $0.macs.map(Double.init) }, mayShrink: false),
    Count(name: "macs_inside", value: { $0.macsInside.map(Double.init) }, mayShrink: false),
    Count(name: "flops", value: { $0.flops.map(Double.init) }, mayShrink: false),
    Count(name: "bytes", value: { $0.bytes.map(Double.init) }, mayShrink: false),
    Count(name: "allocations_per_call", value: { $0.allocationsPerCall }, mayShrink: true),
  ]

  private static let workspace = Count(
    name: "workspace_bytes", value: { $0.workspaceBytes.map(Double.init) }, mayShrink: true)

  /// What two rows of one case must both have: another kernel may need other scratch memory, and so may one that cuts its blocks
  /// for other caches.
  private static func counts(_ base: Record, _ head: Record) -> [Count] {
    let isSameKernel = base.kernel == head.kernel && base.isa == head.isa && base.threads == head.threads
    let isSameMemory = isSameKernel && RecordedMachine(base).hasCaches(like: RecordedMachine(head))
    return counts + (isSameMemory ? [workspace] : [])
  }

  /// Differences of two rows of one case; counts that a side does not have are left out.
  public static func between(_ base: Record, _ head: Record) -> [ExactFinding] {
    counts(base, head).compactMap { count in
      guard let old = count.value(base), let new = count.value(head), old != new else { return nil }
      return ExactFinding(
        column: count.name, base: text(old), head: text(new), isWorse: !count.mayShrink || new > old)
    }
  }

  /// Counts that the base has and the head lacks: nobody can say that they are the same.
  static func lost(_ base: Record, _ head: Record) -> [ExactFinding] {
    counts(base, head).compactMap { count in
      guard let old = count.value(base), count.value(head) == nil else { return nil }
      return ExactFinding(column: count.name, base: text(old), head: "empty", isWorse: true)
    }
  }

  private static func text(_ value: Double) -> String {
    Int(exactly: value).map { String($0) } ?? String(value)
  }

  /// `flops 10 → 12`.
  public var sentence: String { "\(column) \(base) → \(head)" }
}
