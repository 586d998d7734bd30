/// What measuring two builds side by side gave: facts, rows and times, no judgement.
public struct PairedRun: Equatable, Sendable {
  /// One of the two builds.
  public enum Side: String, CaseIterable, Sendable {
    /// The build to compare with; the build in question.
    case base, head
  }

  /// Why a case was lost on the way.
  public struct Loss: Equatable, Sendable {
    /// What went wrong.
    public enum Kind: String, Sendable {
      /// The process ended, or spoke nonsense.
      case crashed
      /// It took longer than the limit.
      case slow
      /// Two processes of one build had different results.
      case differs
    }

    /// What went wrong.
    public var kind: Kind
    /// A clause for messages.
    public var reason: String

    /// A loss and its reason.
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
    /// Why the case was lost later on; nil if it was not.
    public var loss: Loss?

    /// What one side answers; nothing if it does not know the case.
    public init(row: Record? = nil, digest: UInt64? = nil, loss: Loss? = nil) {
      self.row = row
      self.digest = digest
      self.loss = loss
    }
  }

  /// One case and what both sides know of it.
  public struct Case: Equatable, Sendable {
    /// What both sides' rows have in common.
    public let identity: CaseIdentity
    /// The workload's name.
    public let name: String
    /// The base's row, result and loss.
    public var base: Answer
    /// The head's row, result and loss.
    public var head: Answer

    /// A case with both answers.
    public init(identity: CaseIdentity, name: String, base: Answer, head: Answer) {
      self.identity = identity
      self.name = name
      self.base = base
      self.head = head
    }

    /// The answer of a side.
    public subscript(side: Side) -> Answer {
      get { side == .base ? base : head }
      set { if side == .base { base = newValue } else { head = newValue } }
    }

    /// Whether both sides have a verified case that is there still.
    public var isComparable: Bool {
      Side.allCases.allSatisfy { self[$0].row?.status == Record.Status.ok.rawValue && self[$0].loss == nil }
    }
  }

  /// What a turn is for.
  public enum Purpose: String, Sendable {
    /// Evidence for the first verdict.
    case judge
    /// An independent repetition for cases that look changed.
    case confirm
  }

  /// One measurement of each side, one right after the other.
  public struct Turn: Equatable, Sendable {
    /// Index into `cases`.
    public var index: Int
    /// What the turn is for.
    public var purpose: Purpose
    /// Pairs of processes are numbered through; what one pair measured shares its number.
    public var round: Int
    /// Whether the head was measured before the base.
    public var headFirst: Bool
    /// Seconds per call.
    public var base: Double
    /// The head's seconds per call.
    public var head: Double
    /// Seconds of the control kernel, which runs between the two in the process that watches.
    public var control: Double
    /// How often the system took the processor away from either side.
    public var switches: Int
    /// Seconds of processor time that the hypervisor gave to others during the turn.
    public var stolen: Double
    /// Threads that could run, besides those of the turn.
    public var others: Int

    /// A turn as it was measured.
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

  /// Of the inputs, and of the order of the turns.
  public var seed: UInt64
  /// ISO 8601, UTC.
  public var started: String
  /// The CPU's model, and how many CPUs could be used.
  public var machine: String
  /// How the user names the builds, and their versions.
  public var base: String
  /// The head's name and version.
  public var head: String
  /// All cases, in the order of the targets.
  public var cases: [Case]
  /// All measurements, in the order in which they were made.
  public var turns: [Turn]

  /// A run; without cases and turns, one that is about to start.
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
