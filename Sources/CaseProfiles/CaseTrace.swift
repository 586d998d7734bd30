import Harness
import Kernels
import Measurement
import Profiling
import Workloads

/// Some calls of a case, tile by tile.
public struct CaseTrace: Sendable {
  /// Events in the format of Chrome's trace viewer.
  public let json: String
  let events: Int
  let calls: Int
  /// Medians of a call.
  let traced: Seconds
  let plain: Seconds

  /// What the trace holds and what it cost.
  public func sentence(file: String) -> String {
    let cost = (traced.value / plain.value - 1) * 100
    return "\(file): \(calls) calls, \(events) pieces of work; tracing changes the median of a call by "
      + "\((cost * 10).rounded() / 10) %"
  }
}

extension CaseProfiler {
  /// Traces as many calls as give about 5,000 events, at least one; bounded to 20,000 per worker.
  public func trace(_ workload: Workload) throws -> CaseTrace {
    let item = try verified(workload)
    let timeline = Timeline(threads: item.threads, capacity: 20_000)
    let traced = item.regions.map { timeline.traced($0) }
    // The team cuts a region into 16 pieces per thread, as far as it has tiles.
    let pieces = item.regions.reduce(0) { $0 + max(1, min($1.tiles, 16 * item.threads)) }
    let calls = max(1, 5000 / pieces)
    let (plain, cost) = (times(item, item.regions, calls), times(item, traced, calls))
    item.team.rest()
    return CaseTrace(
      json: timeline.json(name: "\(workload.name) \(item.key)"), events: timeline.all.count, calls: calls,
      traced: Seconds(Statistics.median(cost)), plain: Seconds(Statistics.median(plain)))
  }

  private func times(_ item: Case, _ regions: [Region], _ calls: Int) -> [Double] {
    for _ in 0..<3 { item.team.run(item.regions) }
    return (0..<calls).map { _ in Clock.time { item.team.run(regions) }.value }
  }
}
