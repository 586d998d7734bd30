import Kernels
import Measurement
import Operators
import Profiling
import Workloads

/// Where the time of one case goes.
public struct CaseProfile: Sendable {
  /// What is computed.
  public let workload: Workload
  /// The kernel's own name.
  public let kernel: String
  /// Instruction set.
  public let isa: ISA
  /// Of the team.
  public let threads: Int
  /// That were sampled.
  public let calls: Int
  /// Medians of a call, with and without the profiler.
  public let profiledMedian: Seconds
  /// Without the profiler.
  public let plainMedian: Seconds
  /// gperftools' own file, with what this project notes in it.
  public let recorded: RecordedProfile
  /// Stacks below worker and stage.
  public let stacks: StackProfile
  /// Time of stages and workers.
  public let times: StageTimes
  /// Work of stages.
  public let costs: StageCosts

  /// `workload kernel isa, T threads`.
  public var title: String {
    "\(workload.name) \(kernel) \(isa.rawValue), \(threads) \(threads == 1 ? "thread" : "threads")"
  }

  /// GFLOP/s and GB/s of one thread while it is in a stage; nil where the work or the time is not known.
  public func rates(_ stage: StageTimes.Stage) -> (gflops: Double, gbps: Double)? {
    guard stage.samples > 0, let work = costs.work[stage.name] else { return nil }
    let rate = Double(calls) / times.time(stage.samples).value * 1e-9
    return (Double(work.flops) * rate, Double(work.bytes) * rate)
  }
}
