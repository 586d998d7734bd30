import Records

/// A rule or an accepted regression of a policy file: which cases it means, and where it stands.
public struct PolicyClause: Sendable, Equatable {
  /// Which cases it means.
  public let cases: Selection
  /// Where it stands in the policy's file.
  public let place: PolicyPlace
  /// Whether it accepts a regression; otherwise it changes a rule.
  public let isAcceptance: Bool

  /// Whether somebody should hear that no case of a comparison fits.
  ///
  /// One policy serves several suites and machines: a rule by kernel or thread count alone may have nothing to do this time,
  /// and so may what names a workload of another suite. An accepted regression is about certain cases, and a workload that
  /// exists nowhere is a slip.
  /// - Parameters:
  ///   - subjects: all cases of the comparison, none of which fits.
  ///   - isKnown: whether a pattern fits a workload of any suite.
  public func isSuspicious(among subjects: [RuleSubject], isKnown: (_ workload: String) -> Bool) -> Bool {
    guard let workload = cases.workload else { return isAcceptance }
    let isHere = subjects.contains { Selection(workload: workload).contains($0) }
    guard isHere else { return !isKnown(workload) }
    if isAcceptance { return true }
    // Another machine may have as many threads.
    return !subjects.contains { Selection(workload: workload, kernel: cases.kernel).contains($0) }
  }
}

extension Policy {
  /// Rules and accepted regressions in the order of the file.
  public var clauses: [PolicyClause] {
    overrides.compactMap { item in
      item.place.map { PolicyClause(cases: item.cases, place: $0, isAcceptance: false) }
    }
      + accepted.compactMap { item in
        item.place.map { PolicyClause(cases: item.cases, place: $0, isAcceptance: true) }
      }
  }

  /// Those that no case fits.
  public func idle(_ subjects: [RuleSubject]) -> [PolicyClause] {
    clauses.filter { clause in !subjects.contains { clause.cases.contains($0) } }
  }
}

extension PairedRun {
  /// All cases as the policy sees them.
  public var subjects: [RuleSubject] { cases.map(PairedJudge.subject) }
}
