import Harness
import Measurement
import Records

/// What a contest is about.
public struct ContestPlan: Sendable {
  /// Command that starts the base: program and arguments.
  public var base: [String]
  /// Command that starts the head: program and arguments.
  public var head: [String]
  /// Names as `--kernels` takes them.
  public var kernels: [String]
  /// Names of instruction sets.
  public var isas: [String]
  /// Thread counts.
  public var threads: [Int]
  /// The cache state, as in the column.
  public var cache: String
  /// Of inputs and weights, and of the order of the turns.
  public var seed: UInt64
  /// Nil: as many as the time allows.
  public var rounds: Int?
  /// Time for everything.
  public var budget: Seconds
  /// The longest wait for a side.
  public var limit: Seconds

  /// A contest over what a plan asks for.
  /// - Parameters:
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
