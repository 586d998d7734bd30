import Foundation
import Harness
import Kernels
import Measurement
import Profiling
import Workloads

/// Verifies one case, warms it up and samples it alone.
public final class CaseProfiler {
  let plan: Plan
  let isInterrupted: () -> Bool
  private let cases: CaseVerifier
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
    cases = CaseVerifier(plan: plan, tiled: tiled)
    self.isInterrupted = isInterrupted
  }

  /// - Parameter budget: time for sampling, ended early when there are enough samples.
  /// - Throws: `SeveralCases`, `UsageError` if no kernel computes the workload, `TooFewSamples`, `WrongResult`,
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
    try cases.verified(workload, spare: CaseProfiler.ownMemory)
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
    guard recorded.total >= CaseProfiler.fewest else {
      throw TooFewSamples(
        workload: workload.name, samples: recorded.total, time: sampled.wall, fewest: CaseProfiler.fewest,
        isInterrupted: isInterrupted())
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
