import Foundation
import Kernels
import Measurement
import Profiling
import ReferenceKernels
import Roofs
import Tensors

/// Verifies one case, warms it up and samples it alone.
public final class CaseProfiler {
  let plan: Plan
  private let tiled: Catalogue
  private let teams = Teams()
  let isInterrupted: () -> Bool
  private var verifiedCase: (workloadText: String, item: Case)?

  private let enough: Int
  /// What a profile takes besides: stacks, names of functions, texts.
  static let ownMemory = 32 << 20
  /// Fewer tell nothing.
  static let fewest = 50

  /// - Parameters:
  ///   - plan: one kernel, instruction set and thread count.
  ///   - enough: samples that end a profile before its time. With 4000 a share of one half is known to ±2 % in 19 of 20
  ///     profiles.
  public init(plan: Plan, tiled: Catalogue, enough: Int = 4000, isInterrupted: @escaping () -> Bool) {
    self.plan = plan
    self.enough = enough
    self.tiled = tiled
    self.isInterrupted = isInterrupted
  }

  /// - Parameter budget: time for sampling, ended early when there are enough samples.
  /// - Throws: `UsageError` if no kernel computes the workload or the budget is too short, `WrongResult`,
  ///   `ProfileError`.
  public func profile(_ workload: Workload, budget: Seconds) throws -> CaseProfile {
    try CPUProfiler.requireIdle()
    return try profile(try verified(workload), workload, budget: budget)
  }

  /// What the stages of the case compute.
  package func costs(_ workload: Workload) throws -> StageCosts {
    StageCosts(workload.op, workload.inputs, regions: try verified(workload).regions)
  }

  /// A case whose result is right.
  func verified(_ workload: Workload) throws -> Case {
    if let known = verifiedCase, known.workloadText == workload.text { return known.item }
    let item = try verify(workload)
    verifiedCase = (workload.text, item)
    return item
  }

  private func verify(_ workload: Workload) throws -> Case {
    try Shortage.check(Footprint(workload).peak() + CaseProfiler.ownMemory)
    let candidates = plan.candidates(workload, reference: ReferenceKernel(), tiled: tiled)
    guard let candidate = candidates.first, candidates.count == 1 else {
      let names = candidates.map(\.kernelName).joined(separator: " ")
      throw UsageError("a profile is of one case, --kernels names \(candidates.count): \(names)")
    }
    if let reason = candidate.refusal { throw UsageError("\(workload.shownName): \(reason)") }
    let threads = candidate.isReference ? 1 : plan.threads[0]
    let verification = Verification(seed: plan.seed, backing: .aligned)
    let subject = try Subject(workload, data: plan.data, seed: plan.seed, backing: .aligned)
    let cases = try verification.cases(candidate, subject, threads: [threads]) { try teams[$0] }
    var judged: [Judged] = []
    let time = try subject.withOracle { judged = verification.judge(cases, subject, oracle: $0) }
    try verification.compareFurther(&judged, subject, oracleTime: time) { try teams[$0] }
    switch judged[0].judgement.outcome {
    case .agrees: return cases[0]
    case .disagrees(let reason), .mistrusted(let reason):
      throw WrongResult(
        reason: "\(workload.name) \(cases[0].kernelName): \(reason)",
        reproduction: Reproduction.line(
          workload, kernel: cases[0].kernelName, isa: candidate.isa, threads: threads, seed: plan.seed,
          data: plan.data))
    }
  }

  /// Samples a case that was verified.
  /// - Parameter plain: its median without the profiler; nil: measured before and after.
  func profile(
    _ item: Case, _ workload: Workload, budget: Seconds, plain: Seconds? = nil
  ) throws -> CaseProfile {
    let stages = StageNames(item.regions)
    let marked = item.regions.map { $0.marked(as: stages.index($0.name)) }
    let before = plain == nil ? plainCalls(item, budget).times.kept : []
    var sampled = Calls()
    var recorded = try CPUProfiler.record {
      sampled = calls(item, marked, for: budget) { CPUProfiler.samples >= enough }
    }
    let after = plain == nil ? plainCalls(item, budget).times.kept : []
    item.team.rest()
    if isInterrupted() && recorded.total < CaseProfiler.fewest {
      throw UsageError("\(workload.name): \(recorded.total) samples until then are too few for a profile")
    }
    guard recorded.total >= CaseProfiler.fewest else {
      throw UsageError(
        "\(workload.name): \(recorded.total) samples in \(String(format: "%.3g", sampled.wall.value)) s are too few for a profile; expected at "
          + "least \(CaseProfiler.fewest)" + (plain == nil ? ", a longer --budget gives more" : ""))
    }
    for (index, name) in stages.names.enumerated() { recorded.note(Attribution.note(index), name) }
    recorded.note("case", "\(workload.text) \(item.key)")
    recorded.noteSymbols()
    let stacks = Attribution.attribute(recorded)
    return CaseProfile(
      workload: workload, kernel: item.kernelName, isa: item.candidate.isa, threads: item.threads,
      calls: sampled.times.count, profiledMedian: sampled.median,
      plainMedian: plain ?? Seconds(Statistics.median(before + after)), recorded: recorded, stacks: stacks,
      times: StageTimes(
        stacks, order: stages.names, threads: item.threads, wall: sampled.wall, processor: sampled.processor),
      costs: StageCosts(workload.op, workload.inputs, regions: item.regions))
  }

  /// Calls that followed each other.
  private struct Calls {
    var times = CallTimes()
    var wall = Seconds(0)
    var processor = Seconds(0)
    var median: Seconds { Seconds(Statistics.median(times.kept)) }
  }

  /// Calls without the profiler, for comparison; a quarter of a second of others brings caches, clock and team into the
  /// steady state.
  private func plainCalls(_ item: Case, _ budget: Seconds) -> Calls {
    _ = calls(item, item.regions, for: Seconds(min(0.25, budget.value / 4)))
    return calls(item, item.regions, for: Seconds(min(1, budget.value / 4)))
  }

  private func calls(
    _ item: Case, _ regions: [Region], for budget: Seconds, until isEnough: () -> Bool = { false }
  ) -> Calls {
    var result = Calls()
    let processor = item.team.processorTime
    let start = Clock.now()
    var last = start
    var asked = start
    while true {
      item.team.run(regions)
      let now = Clock.now()
      result.times.append(now.value - last.value)
      last = now
      if now - start >= budget { break }
      // Asking costs more than a short call.
      guard now - asked > Seconds(10e-3) else { continue }
      asked = now
      if isEnough() || isInterrupted() { break }
    }
    result.wall = last - start
    result.processor = Seconds(item.team.processorTime - processor)
    return result
  }
}

/// A result that a profile would be of no use for.
public struct WrongResult: Error {
  public let reason: String
  /// The command that shows it again.
  public let reproduction: String
}

/// A number for each region's name.
struct StageNames {
  private(set) var names: [String]

  /// - Parameter first: names before those of the regions.
  init(_ regions: [Region], after first: [String] = []) {
    names = first
    for region in regions where !names.contains(region.name) { names.append(region.name) }
  }

  /// Names that have no mark of their own share the last one.
  func index(_ name: String) -> Int { min(names.firstIndex(of: name) ?? Region.marks - 1, Region.marks - 1) }
}
