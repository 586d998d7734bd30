import Records

/// Judges records against a stored baseline.
///
/// Counts have no tolerance anywhere. Times are only comparable on the same machine, and drift even there from job to job;
/// on another machine shares of what it can do are compared, and a miss is no proof. What a machine cannot measure at all is
/// no failure (`Pairing`).
public struct BaselineJudge: Sendable {
  private let policy: Policy
  /// Whether a row of the baseline that the records lack is no failure.
  private let allowsMissing: Bool
  /// `YYYY-MM-DD`.
  private let today: String

  /// A judge for one day.
  /// - Parameters:
  ///   - policy: tolerances and accepted regressions.
  ///   - allowsMissing: whether a row of the baseline that the records lack is no failure.
  ///   - today: `YYYY-MM-DD`; acceptances expire.
  public init(_ policy: Policy, allowsMissing: Bool, today: String) {
    (self.policy, self.allowsMissing, self.today) = (policy, allowsMissing, today)
  }

  /// One judgement per case of either file, in the records' order.
  public func judgements(_ records: [Record], baseline: [Record]) -> [CaseJudgement] {
    let pairing = Pairing(records, baseline: baseline)
    let differences = ThreadAgreement.differences(records)
    let references = Dictionary(
      records.filter { $0.kernel == "reference" }.map { (Pairing.workload($0), $0) }
    ) { first, _ in first }
    let machines = Set(baseline.map(\.fingerprint))
    let judged = records.indices.filter { !pairing.explanations.contains($0) }.map { index in
      let partner = pairing.partners[index].map { (row: baseline[$0.base], kind: $0.kind) }
      let reference = references[Pairing.workload(records[index])]
      var result = judgement(records[index], partner, reference, machines)
      if result.trouble == nil, let reason = differences[index] { result.trouble = .broken(reason) }
      return result
    }
    return judged + pairing.absent.map { absent(baseline[$0.base], $0.why, records) }
  }

  private func start(_ record: Record, base: String, head: String) -> (CaseJudgement, RuleSubject, Rule) {
    let subject = RuleSubject(record)
    let rule = policy.rule(subject)
    var result = CaseJudgement(
      identity: CaseIdentity(record), name: record.workload, baseKernel: base, headKernel: head)
    result.mode = rule.mode
    if rule.mode == .ignore { result.trouble = .ignored }
    return (result, subject, rule)
  }

  /// A row of the baseline without partner.
  private func absent(_ row: Record, _ why: Pairing.Absence, _ records: [Record]) -> CaseJudgement {
    var (result, subject, _) = start(row, base: row.kernel, head: "")
    if result.trouble != nil { return result }
    switch why {
    case .obstacle(let obstacle): result.trouble = .notMeasurable(obstacle)
    case .refused(let head): miss(&result, records[head], row)
    case .unexplained:
      if allowsMissing { result.trouble = .onlyBase } else { result.missed = ["missing in the records"] }
    }
    accept(&result, subject)
    return result
  }

  private func judgement(
    _ record: Record, _ partner: (row: Record, kind: Pairing.Kind)?, _ reference: Record?,
    _ machines: Set<String>
  ) -> CaseJudgement {
    var (result, subject, rule) = start(record, base: partner?.row.kernel ?? "", head: record.kernel)
    if let partner, partner.kind == .otherISA {
      let isas = RecordedMachine(record).instructionSets
      result.substitution = .init(
        of: partner.row.isa, isNeeded: !isas.isEmpty && !isas.contains(partner.row.isa))
    }
    if result.trouble != nil { return result }
    let stored = partner.map { StoredComparison(base: $0.row, head: record, kind: $0.kind, rule: rule) }
    if Record.Status(rawValue: record.status) != .ok {
      refuse(&result, record, stored)
    } else {
      // Times of another machine than the baseline's prove nothing, not even against a floor.
      let isKnown = !record.fingerprint.isEmpty && machines.contains(record.fingerprint)
      let isProof = stored?.isSameMachine ?? isKnown
      let floors = Floors(record, rule, reference: reference)
      result.missed = isProof ? floors.missed : []
      result.open = floors.open + (isProof ? [] : floors.missed.map { "\($0), on another machine" })
      if let partner, let stored {
        result.exact = ExactFinding.between(partner.row, record) + ExactFinding.lost(partner.row, record)
        result.time = stored.verdict
      } else if result.missed.isEmpty && result.open.isEmpty {
        result.trouble = .onlyHead
      }
    }
    accept(&result, subject)
    return result
  }

  /// A row without a time.
  private func refuse(_ result: inout CaseJudgement, _ record: Record, _ stored: StoredComparison?) {
    let reason = "\(record.status): \(record.reason)"
    switch Record.Status(rawValue: record.status) {
    case .disagrees, .mistrusted: result.trouble = .broken(reason)
    default:
      if let obstacle = Obstacle(refusal: record) {
        result.trouble = .notMeasurable(obstacle)
      } else if let stored {
        miss(&result, record, stored.base)
      } else {
        result.trouble = .failed(reason)
      }
    }
  }

  /// The baseline has what the records lack; that another machine took too long for it is no proof.
  private func miss(_ result: inout CaseJudgement, _ record: Record, _ base: Record) {
    let reason = "\(record.status): \(record.reason)"
    let isOpen = MachineReason.isOverrun(record.reason) && !Self.isSameMachine(base, record)
    if isOpen { result.open = [reason + ", on another machine"] } else { result.missed = [reason] }
  }

  private func accept(_ result: inout CaseJudgement, _ subject: RuleSubject) {
    guard result.severity == .worse || result.severity == .warning else { return }
    let percent = result.time?.outcome == .regressed ? result.time?.changePercent : nil
    let acceptance = policy.acceptance(subject, percent: percent, today: today)
    (result.isAccepted, result.acceptance) = (acceptance?.holds ?? false, acceptance?.note)
  }

  /// Whether times of two rows can be compared.
  public static func isSameMachine(_ a: Record, _ b: Record) -> Bool {
    !a.fingerprint.isEmpty && a.fingerprint == b.fingerprint
  }
}
