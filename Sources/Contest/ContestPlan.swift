import Harness
import Measurement
import Records

/// What a contest is about.
public struct ContestPlan: Sendable {
  public var base: [String]
  public var head: [String]
  public var kernels: [String]
  public var isas: [String]
  public var threads: [Int]
  public var cache: String
  public var seed: UInt64
  /// Nil: as many as the time allows.
  public var rounds: Int?
  /// Time for everything.
  public var budget: Seconds
  /// The longest wait for a side.
  public var limit: Seconds

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
