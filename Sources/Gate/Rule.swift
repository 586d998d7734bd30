import Records

/// What is asked of a case.
public struct Rule: Sendable, Equatable {
  /// What a regression does to the exit status.
  public enum Mode: String, Sendable, CaseIterable {
    /// A regression fails the run.
    case fail
    /// It is shown.
    case warn
    /// The case is neither measured nor judged.
    case ignore
  }

  /// What a regression does to the exit status.
  public var mode = Mode.fail
  /// A change of time within this is none.
  public var tolerancePercent = 2.0
  /// Nor is one within so many microseconds per call.
  public var floorMicroseconds = 1.0
  /// The slowdown that should be found; rounds needed are told for it.
  public var effectPercent = 5.0
  /// For times that are compared with a stored baseline of the same machine, which drifts from job to job.
  public var storedPercent = 20.0
  /// For speed-up and share of the roof compared with a baseline of another machine.
  public var coarsePercent = 50.0
  /// Least speed-up over the reference, a ratio; nil: none is asked for.
  public var minimumSpeedup: Double?
  /// Least share of the roof, 0 to 1; nil: none is asked for.
  public var minimumRoofFraction: Double?
  /// Least parallel efficiency by thread count.
  public var minimumEfficiency: [Int: Double] = [:]

  /// The defaults.
  public init() {}
}

/// A case as patterns see it.
public struct RuleSubject: Sendable, Equatable {
  /// The workload's name.
  public let name: String
  /// The workload's text.
  public let workloadText: String
  /// What was asked for and what ran.
  public let kernels: [String]
  /// Number of threads; nil: no kernel took the workload.
  public let threads: Int?

  /// What a policy's patterns are compared with.
  public init(name: String, workloadText: String, kernels: [String], threads: Int?) {
    self.name = name
    self.workloadText = workloadText
    self.kernels = kernels
    self.threads = threads
  }
}

/// Which cases something is said about; what is nil says nothing. `*` stands for any letters, `?` for one.
public struct Selection: Sendable, Equatable {
  /// Pattern of the workload's name or text; nil: all.
  public var workload: String?
  /// Pattern of the kernel's name; nil: all.
  public var kernel: String?
  /// Number of threads; nil: any.
  public var threads: Int?

  /// All cases that fit every pattern given.
  public init(workload: String? = nil, kernel: String? = nil, threads: Int? = nil) {
    self.workload = workload
    self.kernel = kernel
    self.threads = threads
  }

  /// Whether a case fits every pattern.
  public func contains(_ subject: RuleSubject) -> Bool {
    if let threads, subject.threads != threads { return false }
    if let workload, !Self.fits(workload, subject.name), !Self.fits(workload, subject.workloadText) {
      return false
    }
    if let kernel { return subject.kernels.contains { Self.fits(kernel, $0) } }
    return true
  }

  /// Whether a whole text fits a pattern: where a star has taken too little it takes one letter more.
  package static func fits(_ pattern: String, _ text: String) -> Bool {
    let (p, t) = (Array(pattern), Array(text))
    var (i, j) = (0, 0)
    var star: (i: Int, j: Int)?
    while j < t.count {
      if i < p.count, p[i] == "*" {
        star = (i, j)
        i += 1
      } else if i < p.count, p[i] == "?" || p[i] == t[j] {
        (i, j) = (i + 1, j + 1)
      } else if let last = star {
        star = (last.i, last.j + 1)
        (i, j) = (last.i + 1, last.j + 1)
      } else {
        return false
      }
    }
    return p[i...].allSatisfy { $0 == "*" }
  }
}

/// A regression that somebody has accepted.
public struct Acceptance: Sendable, Equatable {
  /// Which regressions are accepted.
  public var cases: Selection
  /// Why, for readers of the report.
  public var reason: String
  /// Last day on which it holds, `YYYY-MM-DD`.
  public var expires: String
  /// Slower than this is not accepted; nil: however slow.
  public var upToPercent: Double?
  /// Nil: it is from no file.
  public var place: PolicyPlace?

  /// An acceptance.
  public init(
    cases: Selection, reason: String, expires: String, upToPercent: Double? = nil, place: PolicyPlace? = nil
  ) {
    self.place = place
    self.cases = cases
    self.reason = reason
    self.expires = expires
    self.upToPercent = upToPercent
  }
}

/// What a project asks of its times and counts.
public struct Policy: Sendable {
  /// Share of false ones that is borne among the cases that look changed, before they are measured again.
  public var alpha = 0.05
  /// A turn whose control kernel takes so much longer than usual is disturbed.
  public var controlPercent = 5.0
  /// The rule of a case that no override fits.
  public var defaults = Rule()
  /// What differs for some cases; the last that fits wins.
  public var overrides: [Override] = []
  /// Regressions that somebody has accepted.
  public var accepted: [Acceptance] = []

  /// A change of the rule for some cases.
  public struct Override: Sendable {
    /// The cases whose rule it changes.
    public var cases: Selection
    /// Nil: it is from no file.
    public var place: PolicyPlace?
    /// Sets what the override states and leaves the rest.
    public var change: @Sendable (inout Rule) -> Void

    /// An override; those that come later win.
    public init(
      cases: Selection, place: PolicyPlace? = nil, change: @escaping @Sendable (inout Rule) -> Void
    ) {
      self.cases = cases
      self.place = place
      self.change = change
    }
  }

  /// The defaults for every case.
  public init() {}

  /// The rule of a case: the defaults, changed by every override that fits.
  public func rule(_ subject: RuleSubject) -> Rule {
    var rule = defaults
    for override in overrides where override.cases.contains(subject) { override.change(&rule) }
    return rule
  }

  /// The acceptance that covers a slowdown on a day; the sentence of one that has run out is told too.
  func acceptance(_ subject: RuleSubject, percent: Double?, today: String) -> (holds: Bool, note: String)? {
    for item in accepted where item.cases.contains(subject) {
      if let most = item.upToPercent, let percent, percent > most {
        return (false, "accepted up to \(Percent.text(most)) only: \(item.reason)")
      }
      // Dates of this form are in order as texts.
      if String(today.prefix(10)) > item.expires {
        return (false, "accepted until \(item.expires), which is over: \(item.reason)")
      }
      return (true, "accepted until \(item.expires): \(item.reason)")
    }
    return nil
  }
}

extension RuleSubject {
  /// The names of a row.
  public init(_ record: Record) {
    self.init(
      name: record.workload, workloadText: record.workloadText,
      kernels: [record.requestedKernel, record.kernel], threads: record.threads)
  }
}
