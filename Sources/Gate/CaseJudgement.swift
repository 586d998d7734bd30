import Records

/// All that is said about one case.
public struct CaseJudgement: Sendable, Equatable {
  /// Why a case has no times on both sides.
  public enum Trouble: Sendable, Equatable {
    /// The head has no such case.
    case onlyBase
    /// The base has no such case.
    case onlyHead
    /// The base crashed, or its result is wrong; or either is too large or too slow.
    case failed(String)
    /// The head's result is wrong, or it crashed.
    case broken(String)
    /// The machine of the records lacks what the case needs.
    case notMeasurable(Obstacle)
    /// The policy leaves the case out.
    case ignored
  }

  /// An instruction set of the base in whose place another one was measured.
  public struct Substitution: Sendable, Equatable {
    /// The base's instruction set.
    public let of: String
    /// Whether the machine of the records cannot execute it.
    public let isNeeded: Bool
  }

  /// How bad it is, the worst last.
  public enum Severity: Int, Sendable, Comparable {
    /// Nothing to report; a regression that only warns; no evidence either way; a regression that fails; a
    /// result that is wrong or missing.
    case fine, warning, undetermined, worse, broken
    public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
  }

  /// What both rows have in common.
  public let identity: CaseIdentity
  /// The workload's name.
  public let name: String
  /// The kernels that ran.
  public let baseKernel: String
  /// The kernel that ran in the head.
  public let headKernel: String
  /// The row of the base has another instruction set.
  public var substitution: Substitution?
  /// What the policy does with a regression here.
  public var mode = Rule.Mode.fail
  /// Why nothing can be compared; nil if it can.
  public var trouble: Trouble?
  /// What the times say; nil where there are none.
  public var time: TimeVerdict?
  /// Counts that differ.
  public var exact: [ExactFinding] = []
  /// Whether a regression is accepted, and what is said about it.
  public var acceptance: String?
  /// Whether the policy accepts the regression today.
  public var isAccepted = false
  /// Requirements that the policy makes of a row by itself and that it misses.
  public var missed: [String] = []
  /// What would be missed, could times of this machine prove it.
  public var open: [String] = []
  /// What was found out about it afterwards.
  public var notes: [String] = []

  /// A case about which nothing has been found yet.
  public init(identity: CaseIdentity, name: String, baseKernel: String, headKernel: String) {
    self.identity = identity
    self.name = name
    self.baseKernel = baseKernel
    self.headKernel = headKernel
  }

  /// The worst that was found, as far as the policy does not accept it.
  public var severity: Severity {
    switch trouble {
    case .broken: return .broken
    case .onlyBase, .onlyHead, .failed, .notMeasurable, .ignored: return .fine
    case nil: break
    }
    let isWorse =
      !isAccepted && (time?.outcome == .regressed || exact.contains { $0.isWorse } || !missed.isEmpty)
    if isWorse { return mode == .fail ? .worse : .warning }
    return isOpen && mode == .fail ? .undetermined : .fine
  }

  /// Whether something about the case could not be told.
  var isOpen: Bool { time?.outcome == .undetermined || !open.isEmpty }

  /// Whether anything else than `same` is to be told.
  public var isChanged: Bool {
    isTroubled || !exact.isEmpty || !missed.isEmpty
      || time.map { $0.outcome == .regressed || $0.outcome == .improved } ?? false
  }

  private var isTroubled: Bool {
    switch trouble {
    case nil, .ignored, .notMeasurable: false
    default: true
    }
  }

  /// One word or two for a table.
  public var word: String {
    switch trouble {
    case .onlyBase: return "only in base"
    case .onlyHead: return "only in head"
    case .failed: return "failed"
    case .broken: return "broken"
    case .notMeasurable: return "not measurable"
    case .ignored: return "ignored"
    case nil: break
    }
    if exact.contains(where: { $0.isWorse }) || !missed.isEmpty, time?.outcome != .regressed {
      return "regressed"
    }
    if !open.isEmpty, time?.outcome != .regressed { return TimeVerdict.Outcome.undetermined.rawValue }
    return time?.outcome.rawValue ?? "same"
  }

  /// What the word does not say.
  public var remarks: [String] {
    var remarks = exact.map(\.sentence) + missed + open
    if case .failed(let reason) = trouble { remarks.append(reason) }
    if case .broken(let reason) = trouble { remarks.append(reason) }
    if case .notMeasurable(let obstacle) = trouble { remarks.append(obstacle.sentence) }
    if let note = time?.note, !note.isEmpty { remarks.append(note) }
    if let acceptance { remarks.append(acceptance) }
    if mode == .warn, severity == .warning { remarks.append("warns only") }
    return remarks + notes
  }
}

/// What a comparison comes to.
public enum Conclusion: Sendable, Equatable {
  /// No case is worse.
  case fine
  /// A case is slower or costs more.
  case worse
  /// Some case could not be told, and that was asked to fail.
  case undetermined
  /// A result of the head is wrong, or the head crashed.
  case broken
  /// No case finished.
  case nothing
}

extension Sequence<CaseJudgement> {
  /// - Parameter failsOnUndetermined: whether cases about which nothing could be said fail the run.
  public func conclusion(failsOnUndetermined: Bool) -> Conclusion {
    let worst = map(\.severity).max() ?? .fine
    if worst == .broken { return .broken }
    guard contains(where: { $0.trouble == nil }) else { return .nothing }
    if worst == .worse { return .worse }
    let isOpen = contains { $0.severity == .undetermined }
    return isOpen && failsOnUndetermined ? .undetermined : .fine
  }
}
