import Glibc
import Measurement
import Processes
import Records

/// Lets child processes do the work and goes on with a new one when one crashes or hangs.
///
/// Every loss is either a case or a workload, and none is tried again: the loop ends.
public struct Supervisor {
  /// The longest silence in a step.
  private let limit: (Step) -> Seconds
  private let grace: Seconds
  private let isInterrupted: () -> Bool

  /// A step that all cases share may take so many times the limit: the oracle takes several times as long as a kernel.
  static let sharedSteps = 10.0
  /// A step of another engine: the limit to start it, the limit to answer, and what it takes to end it.
  static let engineSteps = 3.0
  /// The parent sleeps so long after a message. Were it woken by each, it would take the processor from the sample that
  /// follows.
  private static let nap = Seconds(0.02)
  /// How late an interruption is passed on.
  private static let glance = Seconds(0.2)

  /// - Parameters:
  ///   - limit: the longest silence in a step of one case.
  ///   - grace: how long a child may go on after an interruption, for the sample at hand.
  public init(limit: Seconds, grace: Seconds = Seconds(5), isInterrupted: @escaping () -> Bool) {
    self.init(
      limits: { step in
        guard let key = step.key else { return Seconds(limit.value * Supervisor.sharedSteps) }
        // The child itself gives up an engine at the limit, and has to tell then.
        return key.isOfEngine ? Seconds(limit.value * Supervisor.engineSteps) : limit
      }, grace: grace, isInterrupted: isInterrupted)
  }

  /// With a limit of its own for each step.
  package init(
    limits: @escaping (Step) -> Seconds, grace: Seconds = Seconds(5), isInterrupted: @escaping () -> Bool
  ) {
    limit = limits
    self.grace = grace
    self.isInterrupted = isInterrupted
  }

  /// The work of a child: the workloads that are left, what was lost before, and where to tell.
  public typealias Body = (_ open: [Int], _ losses: [Int: Losses], _ send: @escaping (RunMessage) -> Void) ->
    Void

  /// - Parameters:
  ///   - work: workloads, in order.
  ///   - receive: called with each message of the children. Rows without a `done` after them are of an interrupted
  ///     workload, or a new `begin` tells that they are void. A child that does not survive a profile costs that one and
  ///     those that would have followed of the workload, which a `note` tells.
  /// - Returns: workloads that were given up without a row, and why.
  public func run(_ work: [Int], _ body: Body, receive: (RunMessage) -> Void) -> [(
    workload: Int, reason: String
  )] {
    var open = work
    var losses: [Int: Losses] = [:]
    var lost: [(Int, String)] = []
    while let next = open.first, !isInterrupted() {
      var (workload, step) = (next, Step(.oracle))
      let child = Child { send in body(open, losses) { send("\($0)") } }
      guard let child else {
        return lost + open.map { ($0, "no process could be made: \(Supervisor.error)") }
      }
      let ending = watch(child, limit: { limit(step) }) {
        switch $0 {
        case .begin(let index): (workload, step) = (index, Step(.oracle))
        case .step(let index, let now): (workload, step) = (index, now)
        case .done(let index):
          open.removeAll { $0 == index }
          (workload, step) = (open.first ?? index, Step(.oracle))
        case .unreached(let index): open.removeAll { $0 == index }
        case .refused: open = []
        case .row, .note: break
        }
        receive($0)
      }
      // The rows are there already.
      if let key = step.key, step.phase == .profile, ending != .finished, !open.contains(workload) {
        let rest = "; those that would have followed of this workload are left out"
        receive(.note(workload, "\(key.words): no profile: \(sentence(ending, step))\(rest)"))
        continue
      }
      if open.isEmpty || isInterrupted() { break }
      let reason = "\(sentence(ending, step)) while \(step.doing)"
      var loss = losses[workload] ?? Losses()
      if let key = step.key, loss.cases[key] == nil {
        loss.cases[key] = reason
      } else if loss.workload == nil {
        loss.workload = reason
      } else {
        open.removeAll { $0 == workload }
        lost.append((workload, reason))
      }
      losses[workload] = loss
    }
    return lost
  }

  /// Reads until the child ends or is silent for too long.
  private func watch(_ child: Child, limit: () -> Seconds, _ receive: (RunMessage) -> Void) -> Child.Ending {
    var child = child
    var heard = Clock.now()
    var told: Seconds?
    while true {
      if isInterrupted(), told == nil {
        kill(child.id, SIGUSR1)
        told = Clock.now()
      }
      let left = min(limit() - (Clock.now() - heard), told.map { grace - (Clock.now() - $0) } ?? limit())
      guard left > Seconds(0) else { return child.end(killing: true) }
      guard let lines = child.lines(within: min(left, Supervisor.glance)) else {
        return child.end(killing: false)
      }
      if lines.isEmpty { continue }
      for line in lines { if let message = RunMessage(line) { receive(message) } }
      heard = Clock.now()
      usleep(UInt32(Supervisor.nap.value * 1e6))
    }
  }

  private func sentence(_ ending: Child.Ending, _ step: Step) -> String {
    switch ending {
    case .finished: "ended too early"
    case .crashed(let signal): "crashed with signal \(signal) (\(String(cString: strsignal(signal))))"
    case .exited(let status): "ended with status \(status)"
    case .tooSlow: MachineReason.overrun(Supervisor.text(limit(step).value))
    }
  }

  private static func text(_ value: Double) -> String {
    value == value.rounded() && value < 1e9 ? "\(Int(value))" : "\(value)"
  }

  private static var error: String { String(cString: strerror(errno)) }
}
