import Kernels
import Measurement
import Operators
import Profiling
import Workloads

/// Where the time of one case goes.
public struct CaseProfile: Sendable {
  /// What was computed.
  public let workload: Workload
  /// Name of the kernel.
  public let kernel: String
  /// The instruction set it was prepared for.
  public let isa: ISA
  /// Workers of the team.
  public let threads: Int
  /// Calls that were profiled.
  public let calls: Int
  /// Medians of a call, with and without the profiler.
  public let profiledMedian: Seconds
  /// Median of a call without the profiler.
  public let plainMedian: Seconds
  /// gperftools' own file, with what this project notes in it.
  public let recorded: RecordedProfile
  /// Stacks below worker and stage.
  public let stacks: StackProfile
  /// Processor time of each stage and worker.
  public let times: StageTimes
  /// What each stage computes and moves.
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
