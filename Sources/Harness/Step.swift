/// One combination of kernel, instruction set and thread count: `kernel|isa|threads`.
public struct CaseKey: Hashable, Sendable, CustomStringConvertible {
  /// The kernel's own name.
  public let kernel: String
  /// Instruction set.
  public let isa: String
  /// Thread count.
  public let threads: Int

  /// A combination.
  public init(kernel: String, isa: String, threads: Int) {
    self.kernel = kernel
    self.isa = isa
    self.threads = threads
  }

  /// Reads `kernel|isa|threads`.
  public init?(_ text: some StringProtocol) {
    let parts = text.split(separator: "|", omittingEmptySubsequences: false)
    guard parts.count == 3, let threads = Int(parts[2]) else { return nil }
    self.init(kernel: String(parts[0]), isa: String(parts[1]), threads: threads)
  }

  /// `kernel|isa|threads`.
  public var description: String { "\(kernel)|\(isa)|\(threads)" }

  /// Whether it is of another engine, of which nobody knows the instruction set.
  var isOfEngine: Bool { isa.isEmpty }

  /// For a sentence.
  public var words: String {
    let set = isOfEngine ? "" : "\(isa), "
    return "\(kernel), \(set)\(threads) \(threads == 1 ? "thread" : "threads")"
  }
}

/// What a run is about to do.
public struct Step: Hashable, Sendable, CustomStringConvertible {
  /// What kind of work it is.
  public enum Phase: String, Sendable {
    /// The steps of a workload, in their order; `doing` has the words.
    case oracle, verify, warmUp, sample, roofs, profile
  }

  /// What kind of work it is.
  public let phase: Phase
  /// Nil: what all cases of the workload share.
  public let key: CaseKey?

  /// - Parameter key: nil: what all cases of the workload share.
  public init(_ phase: Phase, _ key: CaseKey? = nil) {
    self.phase = phase
    self.key = key
  }

  /// Reads what `description` writes.
  public init?(_ text: some StringProtocol) {
    let parts = text.split(separator: " ", maxSplits: 1)
    guard let first = parts.first, let phase = Phase(rawValue: String(first)) else { return nil }
    if parts.count == 1 {
      self.init(phase)
    } else {
      guard let key = CaseKey(parts[1]) else { return nil }
      self.init(phase, key)
    }
  }

  /// The phase, and the case if there is one.
  public var description: String { phase.rawValue + (key.map { " \($0)" } ?? "") }

  /// For a sentence that ends in "while …".
  public var doing: String {
    let what =
      switch phase {
      case .oracle: "computing the expected result"
      case .verify: "verifying"
      case .warmUp: "warming up"
      case .sample: "sampling"
      case .roofs: "measuring the limits of this machine"
      case .profile: "profiling"
      }
    guard let key else { return what }
    return "\(what) \(key.words)"
  }
}

/// What a workload lost to crashes and to the time limit, with reasons; it is not tried again.
public struct Losses: Equatable, Sendable {
  /// Why no case of the workload can be measured.
  public var workload: String?
  /// Why a case is not tried again.
  public var cases: [CaseKey: String] = [:]

  /// Nothing is lost.
  public init() {}
}
