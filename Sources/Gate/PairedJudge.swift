import Foundation
import Records

/// Judges a paired run: the same run and policy give the same judgement, bit for bit.
public struct PairedJudge: Sendable {
  private let policy: Policy

  /// A judge by a policy.
  public init(_ policy: Policy) { self.policy = policy }

  /// Cases that need more rounds, and those that look changed and need to be confirmed.
  public struct Agenda: Sendable, Equatable {
    /// Indices of cases without a verdict.
    public var open: Set<Int> = []
    /// Indices of cases that look regressed or improved.
    public var changed: Set<Int> = []
  }

  /// The policy's names of a case.
  static func subject(_ item: PairedRun.Case) -> RuleSubject {
    let kernels = [item.identity.kernel, item.base.row?.kernel, item.head.row?.kernel].compactMap { $0 }
    return RuleSubject(
      name: item.name, workloadText: item.identity.workloadText, kernels: kernels,
      threads: item.identity.threads)
  }

  /// Whether times of a case are wanted.
  public func measures(_ item: PairedRun.Case) -> Bool {
    item.isComparable && policy.rule(Self.subject(item)).mode != .ignore
  }

  /// What counts as a change, given how many cases of the run are measured.
  public func margins(_ run: PairedRun) -> Margins {
    Margins(alpha: policy.alpha, cases: run.cases.count { measures($0) })
  }

  /// Which turns of the run do not count.
  public func disturbance(_ run: PairedRun) -> Disturbance {
    Disturbance(run.turns, controlPercent: policy.controlPercent)
  }

  /// What the next rounds should measure, by what the run shows so far.
  public func agenda(_ run: PairedRun) -> Agenda {
    var agenda = Agenda()
    for (index, verdict) in times(run) {
      switch verdict.first.outcome {
      case .undetermined: agenda.open.insert(index)
      case .regressed, .improved: agenda.changed.insert(index)
      case .same: break
      }
    }
    return agenda
  }

  /// One judgement per case, in the run's order.
  public func judgements(_ run: PairedRun) -> [CaseJudgement] {
    let times = times(run)
    let (base, head) = (ThreadAgreement.differences(run, .base), ThreadAgreement.differences(run, .head))
    return run.cases.indices.map { index in
      var result = judgement(run, index, times[index]?.final)
      guard result.trouble == nil else { return result }
      if let reason = head[index] {
        result.trouble = .broken("head: \(reason)")
      } else if let reason = base[index] {
        result.trouble = .failed("base: \(reason)")
      }
      return result
    }
  }

  private func judgement(_ run: PairedRun, _ index: Int, _ time: TimeVerdict?) -> CaseJudgement {
    let item = run.cases[index]
    let subject = Self.subject(item)
    var result = CaseJudgement(
      identity: item.identity, name: item.name, baseKernel: item.base.row?.kernel ?? "",
      headKernel: item.head.row?.kernel ?? "")
    result.mode = policy.rule(subject).mode
    result.trouble = result.mode == .ignore ? .ignored : trouble(item)
    guard result.trouble == nil, let base = item.base.row, let head = item.head.row else { return result }
    result.time = time
    result.exact = ExactFinding.between(base, head)
    if time?.outcome == .regressed || result.exact.contains(where: { $0.isWorse }) {
      let percent = time?.outcome == .regressed ? time?.changePercent : nil
      let acceptance = policy.acceptance(subject, percent: percent, today: run.started)
      (result.isAccepted, result.acceptance) = (acceptance?.holds ?? false, acceptance?.note)
    }
    return result
  }

  private func trouble(_ item: PairedRun.Case) -> CaseJudgement.Trouble? {
    let (base, head) = (item.base, item.head)
    if let row = head.row, ["disagrees", "mistrusted"].contains(row.status) {
      return .broken("head: \(row.status): \(row.reason)")
    }
    if let loss = head.loss {
      let text = "head \(loss.reason)"
      return loss.kind == .slow ? .failed(text) : .broken(text)
    }
    if let loss = base.loss { return .failed("base \(loss.reason)") }
    guard let old = base.row else { return .onlyHead }
    guard let new = head.row else { return .onlyBase }
    let ok = Record.Status.ok.rawValue
    if new.status != ok { return .failed("head: \(new.status): \(new.reason)") }
    if old.status != ok { return .failed("base: \(old.status): \(old.reason)") }
    return nil
  }

  /// Evidence of every case that is measured, by index: what the judging turns say, and the last word.
  private func times(_ run: PairedRun) -> [Int: (first: TimeVerdict, final: TimeVerdict)] {
    let (disturbance, margins) = (disturbance(run), margins(run))
    let byCase = Dictionary(grouping: run.turns, by: \.index)
    let cases = run.cases.indices.filter { measures(run.cases[$0]) }.map { index in
      evidence(run, index, byCase[index] ?? [], disturbance)
    }
    // Each direction is a family of its own: a run may look for regressions alone.
    let up = FalseDiscovery.adjusted(cases.map(\.up))
    let down = FalseDiscovery.adjusted(cases.map(\.down))
    var result: [Int: (first: TimeVerdict, final: TimeVerdict)] = [:]
    for (position, item) in cases.enumerated() {
      let first = item.verdict(margins, up: up[position], down: down[position])
      result[item.index] = (first, item.confirmed(first))
    }
    return result
  }

  private func evidence(
    _ run: PairedRun, _ index: Int, _ turns: [PairedRun.Turn], _ disturbance: Disturbance
  ) -> CaseEvidence {
    let seed = run.seed ^ Digest.of(run.cases[index].identity.description)
    return CaseEvidence(
      index: index, rule: policy.rule(Self.subject(run.cases[index])),
      judging: TimeEvidence(turns.filter { $0.purpose == .judge }, disturbance, seed: seed),
      confirming: TimeEvidence(turns.filter { $0.purpose == .confirm }, disturbance, seed: seed &+ 1))
  }
}

/// Times of one case on their way to a verdict.
private struct CaseEvidence {
  let index: Int
  let rule: Rule
  let judging: TimeEvidence
  let confirming: TimeEvidence

  private var margin: Double { Margins.margin(rule) }
  /// Changes that are less count for nothing.
  private var floor: Double { judging.base.map { Margins.floor(rule, base: $0) } ?? 0 }
  var up: Double { judging.estimate?.probability(above: margin) ?? 1 }
  var down: Double { judging.estimate?.probability(below: margin) ?? 1 }

  /// - Parameters:
  ///   - up: adjusted p of being slower than the margin.
  ///   - down: of being faster.
  func verdict(_ margins: Margins, up adjustedUp: Double, down adjustedDown: Double) -> TimeVerdict {
    var verdict = TimeVerdict()
    (verdict.base, verdict.head) = (judging.base, judging.head)
    (verdict.rounds, verdict.turns, verdict.disturbed) = (judging.rounds, judging.turns, judging.disturbed)
    guard let estimate = judging.estimate else {
      verdict.note = "\(judging.rounds) of at least 2 rounds"
      return verdict
    }
    let isSlower = estimate.center > 0
    (verdict.change, verdict.low, verdict.high) = (
      estimate.center, estimate.interval.lowerBound, estimate.interval.upperBound
    )
    (verdict.p, verdict.adjusted) = isSlower ? (up, adjustedUp) : (down, adjustedDown)
    let band = max(margin, floor)
    if adjustedUp <= margins.alpha, estimate.interval.lowerBound > margin, estimate.center > floor {
      verdict.outcome = .regressed
    } else if adjustedDown <= margins.alpha, estimate.interval.upperBound < -margin, -estimate.center > floor
    {
      verdict.outcome = .improved
    } else if estimate.interval.lowerBound >= -band, estimate.interval.upperBound <= band {
      verdict.outcome = .same
    }
    guard verdict.outcome == .undetermined else { return verdict }
    let effect = log1p(rule.effectPercent / 100)
    verdict.smallestEffect = margins.smallestEffect(
      spread: estimate.spread, margin: margin, rounds: judging.rounds
    ).map { max($0, floor) }
    var judged: Int?
    if effect > floor {
      judged = margins.roundsNeeded(spread: estimate.spread, margin: margin, effect: effect)
    }
    let confirming = judged.map { Margins.confirmingRounds(judged: $0) }
    verdict.roundsNeeded = judged.map { $0 + (confirming ?? 0) }
    verdict.note = note(verdict, confirming: confirming)
    return verdict
  }

  private func note(_ verdict: TimeVerdict, confirming: Int?) -> String {
    let effect = Percent.text(rule.effectPercent)
    let seen =
      verdict.smallestEffect.map { "could have seen \(Percent.signed(ofLog: $0))" }
      ?? "too few rounds to see anything"
    let needed =
      verdict.roundsNeeded.map {
        "\(effect) needs about \($0) rounds, \(confirming ?? 0) of them to confirm it"
      }
      ?? "\(effect) is within the tolerance, the floor or the noise, whatever the rounds"
    return "\(seen); \(needed)"
  }

  /// A change stands only if it was seen a second time.
  func confirmed(_ first: TimeVerdict) -> TimeVerdict {
    guard first.outcome == .regressed || first.outcome == .improved else { return first }
    guard !confirming.shows(first.outcome, margin: margin, level: Margins.confirmation) else { return first }
    var verdict = first
    verdict.outcome = .undetermined
    let again = confirming.estimate.map { ", which found \(Percent.signed(ofLog: $0.center))" } ?? ""
    verdict.note =
      confirming.rounds == 0
      ? "looks \(first.outcome.rawValue), but there was no time to measure it again"
      : "looks \(first.outcome.rawValue), but not when measured again\(again)"
    return verdict
  }
}
