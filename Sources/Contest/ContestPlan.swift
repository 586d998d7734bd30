import Harness
import Measurement
import Records

/// What a contest is about.
public struct ContestPlan: Sendable {
  /// Executable and arguments of the old build.
  public var base: [String]
  /// Executable and arguments of the new build.
  public var head: [String]
  /// As they are asked for: `reference`, `tiled`, `all` or names.
  public var kernels: [String]
  /// Instruction sets.
  public var isas: [String]
  /// Thread counts.
  public var threads: [Int]
  /// State of the caches before a call.
  public var cache: String
  /// Of inputs, weights and orders.
  public var seed: UInt64
  /// Nil: as many as the time allows.
  public var rounds: Int?
  /// Time for everything.
  public var budget: Seconds
  /// The longest wait for a side.
  public var limit: Seconds

  /// - Parameters:
  ///   - base: executable and arguments of the old build.
  ///   - head: those of the new one.
  ///   - budget: time for everything.
  ///   - limit: the longest wait for a side.
  public init(
    base: [String], head: [String], plan: Plan, budget: Seconds, limit: Seconds
  ) {
    (self.base, self.head) = (base, head)
    kernels = plan.requests.map(\.text)
    isas = plan.isas.map(\.rawValue)
    (threads, cache, seed, rounds) = (plan.threads, plan.cache.rawValue, plan.seed, plan.rounds)
    (self.budget, self.limit) = (budget, limit)
  }

  subscript(side: PairedRun.Side) -> [String] { side == .base ? base : head }
}
