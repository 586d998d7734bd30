import Gate
import Operators
import PlainText
import Workloads

/// What a policy says about kernels and workloads that do not exist.
struct PolicyCheck {
  private let policy: Policy
  /// Of the file, for messages.
  private let path: String

  init(_ policy: Policy, path: String) { (self.policy, self.path) = (policy, path) }

  /// - Parameters:
  ///   - names: kernels that there are.
  ///   - others: kernels that records name, of other builds.
  /// - Throws: if a pattern fits no kernel.
  func kernels(_ names: [String], _ others: Set<String>) throws(UsageError) {
    let known = ["reference", "tiled", "all"] + names.filter { $0 != "reference" }
    for clause in policy.clauses {
      // Layers inside a network have the layout after an at sign.
      guard let pattern = clause.cases.kernel,
        let name = pattern.split(separator: "@").first.map(String.init),
        !(known + others).contains(where: { Selection.fits(name, $0) || Selection.fits(pattern, $0) })
      else { continue }
      let hint = Words.nearest(name, among: known).map { "did you mean '\($0)'?" }
      throw UsageError(
        "\(path.shownPath): line \(clause.place.line): \(clause.place.path).kernel: no such kernel as '\(pattern.shown)'; "
          + (hint ?? "known: \(known.joined(separator: " "))"))
    }
  }

  /// Says on standard error which rules and accepted regressions look like slips.
  /// - Returns: a line for the report about all that no case fits.
  func idle(_ subjects: [RuleSubject]) -> [String] {
    let idle = policy.idle(subjects)
    guard !idle.isEmpty else { return [] }
    let suites = workloads()
    for clause in idle {
      let isSuspicious = clause.isSuspicious(among: subjects) { pattern in
        suites.contains { Selection.fits(pattern, $0) }
      }
      if isSuspicious { Console.note(warning(clause, subjects.map(\.name) + suites)) }
    }
    let places = idle.map { "\($0.place.path) (line \($0.place.line))" }
    return ["no case fits these of the policy: \(places.joined(separator: ", "))"]
  }

  private func warning(_ clause: PolicyClause, _ names: [String]) -> String {
    let cases = clause.cases
    let parts = [
      cases.workload.map { "workload '\($0.shown)'" }, cases.kernel.map { "kernel '\($0.shown)'" },
      cases.threads.map { "threads \($0)" },
    ].compactMap { $0 }
    let isNamed = cases.workload.map { names.contains($0) } ?? true
    let hint = isNamed ? nil : cases.workload.flatMap { Words.nearest($0, among: names) }
    return "cbambench: \(path.shownPath): line \(clause.place.line): \(clause.place.path) fits no case: "
      + parts.joined(separator: ", ") + (hint.map { "; did you mean '\($0)'?" } ?? "")
  }

  /// Names and texts of the workloads of all suites that can be read.
  private func workloads() -> [String] {
    let library = SuiteLibrary.standard
    return library.names.flatMap { name in
      ((try? library.suite(named: name))?.workloads ?? []).flatMap { [$0.name, $0.text] }
    }
  }
}
