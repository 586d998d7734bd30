/// What measuring two builds side by side gave: facts, rows and times, no judgement.
public struct PairedRun: Equatable, Sendable {
  /// One of the two builds.
  public enum Side: String, CaseIterable, Sendable {
    case base, head
  }

  /// Why a case was lost on the way.
  public struct Loss: Equatable, Sendable {
    public enum Kind: String, Sendable {
      /// The process ended, or spoke nonsense.
      case crashed
      /// It took longer than the limit.
      case slow
      /// Two processes of one build had different results.
      case differs
    }

    public var kind: Kind
    public var reason: String

    public init(_ kind: Kind, _ reason: String) {
      self.kind = kind
      self.reason = reason
    }
  }

  /// A case as one side knows it.
  public struct Answer: Equatable, Sendable {
    /// Exact columns and verification; nil: this build does not know the case.
    public var row: Record?
    /// Digest of the verified result.
    public var digest: UInt64?
    public var loss: Loss?

    public init(row: Record? = nil, digest: UInt64? = nil, loss: Loss? = nil) {
      self.row = row
      self.digest = digest
      self.loss = loss
    }
  }

  public struct Case: Equatable, Sendable {
    public let identity: CaseIdentity
    /// The workload's name.
    public let name: String
    public var base: Answer
    public var head: Answer

    public init(identity: CaseIdentity, name: String, base: Answer, head: Answer) {
      self.identity = identity
      self.name = name
      self.base = base
      self.head = head
    }

    public subscript(side: Side) -> Answer {
      get { side == .base ? base : head }
      set { if side == .base { base = newValue } else { head = newValue } }
    }

    /// Whether both sides have a verified case that is there still.
    public var isComparable: Bool {
      Side.allCases.allSatisfy { self[$0].row?.status == Record.Status.ok.rawValue && self[$0].loss == nil }
    }
  }

  public enum Purpose: String, Sendable {
    case judge
    /// An independent repetition for cases that look changed.
    case confirm
  }

  /// One measurement of each side, one right after the other.
  public struct Turn: Equatable, Sendable {
    /// Index into `cases`.
    public var index: Int
    public var purpose: Purpose
    /// Pairs of processes are numbered through; what one pair measured shares its number.
    public var round: Int
    public var headFirst: Bool
    /// Seconds per call.
    public var base: Double
    public var head: Double
    /// Seconds of the control kernel, which runs between the two in the process that watches.
    public var control: Double
    /// How often the system took the processor away from either side.
    public var switches: Int
    /// Seconds of processor time that the hypervisor gave to others during the turn.
    public var stolen: Double
    /// Threads that could run, besides those of the turn.
    public var others: Int

    public init(
      index: Int, purpose: Purpose, round: Int, headFirst: Bool, base: Double, head: Double, control: Double,
      switches: Int, stolen: Double, others: Int
    ) {
      self.index = index
      self.purpose = purpose
      self.round = round
      self.headFirst = headFirst
      self.base = base
      self.head = head
      self.control = control
      self.switches = switches
      self.stolen = stolen
      self.others = others
    }
  }

  public var seed: UInt64
  /// ISO 8601, UTC.
  public var started: String
  public var machine: String
  /// How the user names the builds, and their versions.
  public var base: String
  public var head: String
  public var cases: [Case]
  public var turns: [Turn]

  public init(
    seed: UInt64, started: String, machine: String, base: String, head: String, cases: [Case] = [],
    turns: [Turn] = []
  ) {
    self.seed = seed
    self.started = started
    self.machine = machine
    self.base = base
    self.head = head
    self.cases = cases
    self.turns = turns
  }
}
