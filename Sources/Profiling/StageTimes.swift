import Measurement

/// Processor time of each stage and worker, and the rest of what the workers could have used.
public struct StageTimes: Sendable {
  /// What the workers did in one stage.
  public struct Stage: Sendable {
    /// The stage's name.
    public let name: String
    /// Samples of each worker.
    public let workers: [Int]
    /// Samples of all workers.
    public var samples: Int { workers.reduce(0, +) }
  }

  /// Stages in the order of `order`, then waiting, the team's own work, and the rest if there is any.
  public let stages: [Stage]
  /// Processor time that a sample stands for.
  public let period: Seconds
  /// Workers of the team, the calling thread included.
  public let threads: Int
  /// Wall-clock time of the profiled calls.
  public let wall: Seconds
  /// Of all workers, by the clocks of their threads.
  public let processor: Seconds

  /// - Parameter profile: attributed.
  public init(_ profile: StackProfile, order: [String], threads: Int, wall: Seconds, processor: Seconds) {
    (period, self.threads, self.wall, self.processor) = (profile.period, threads, wall, processor)
    var counts: [String: [Int]] = [:]
    for (stack, count) in profile.stacks {
      let worker = stack[0] == Attribution.outside ? 0 : Int(stack[0].split(separator: " ").last ?? "") ?? 0
      counts[stack[1], default: Array(repeating: 0, count: threads)][min(worker, threads - 1)] += count
    }
    let known = order + [Attribution.wait, Attribution.team]
    let rest = counts.keys.filter { !known.contains($0) }.sorted()
    stages = (known + rest).map {
      Stage(name: $0, workers: counts[$0] ?? Array(repeating: 0, count: threads))
    }
  }

  /// Samples of all stages.
  public var samples: Int { stages.reduce(0) { $0 + $1.samples } }

  /// Workers without any sample, of several: no share of the time can be told of them.
  public var silentWorkers: [Int] {
    threads < 2 ? [] : (0..<threads).filter { worker in stages.allSatisfy { $0.workers[worker] == 0 } }
  }

  /// Processor time that samples stand for.
  public func time(_ samples: Int) -> Seconds { Seconds(Double(samples) * period.value) }

  /// All the time that the workers had: T × wall.
  public var available: Seconds { Seconds(Double(threads) * wall.value) }

  /// Time in which workers slept or were off their cores: what their clocks did not count.
  public var parked: Seconds { Seconds(max(0, available.value - processor.value)) }

  /// Share of the available time in which workers waited, spinning or parked.
  public var idleShare: Double {
    let waiting = stages.first { $0.name == Attribution.wait }?.samples ?? 0
    return (time(waiting).value + parked.value) / available.value
  }

  /// Sampled time and parked time over available time: 1 if nothing was missed.
  public var accounted: Double { (time(samples).value + parked.value) / available.value }
}
