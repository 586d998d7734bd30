/// One combination of kernel, instruction set and thread count: `kernel|isa|threads`.
public struct CaseKey: Hashable, Sendable, CustomStringConvertible {
  /// Name of the kernel.
  public let kernel: String
  /// Name of the instruction set.
  public let isa: String
  /// Number of threads.
  public let threads: Int

  /// A case of a workload.
  public init(kernel: String, isa: String, threads: Int) {
    self.kernel = kernel
    self.isa = isa
    self.threads = threads
  }

  /// Reads a description; nil: it is none.
  public init?(_ text: some StringProtocol) {
    let parts = text.split(separator: "|", omittingEmptySubsequences: false)
    guard parts.count == 3, let threads = Int(parts[2]) else { return nil }
    self.init(kernel: String(parts[0]), isa: String(parts[1]), threads: threads)
  }

  public var description: String { "\(kernel)|\(isa)|\(threads)" }

  /// For a sentence.
  public var words: String { "\(kernel), \(isa), \(threads) \(threads == 1 ? "thread" : "threads")" }
}

/// What a run is about to do.
public struct Step: Hashable, Sendable, CustomStringConvertible {
  /// What is done.
  public enum Phase: String, Sendable {
    /// The steps of a workload, in their order; `doing` has the words.
    case oracle, verify, warmUp, sample, roofs, profile
  }

  /// What is done.
  public let phase: Phase
  /// Nil: what all cases of the workload share.
  public let key: CaseKey?

  /// A step of one case, or of all.
  public init(_ phase: Phase, _ key: CaseKey? = nil) {
    self.phase = phase
    self.key = key
  }

  /// Reads a description; nil: it is none.
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
  /// Why single cases cannot be measured.
  public var cases: [CaseKey: String] = [:]

  /// Nothing is lost.
  public init() {}
}
