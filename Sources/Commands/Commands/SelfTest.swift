import Contest
import Foundation
import Gate
import Harness
import Measurement
import PlainText
import Records
import Reporting
import Workloads

/// `cbambench compare --self-test`: this build against itself and against heads that do more tiles.
struct SelfTest {
  /// Percent of extra tiles; 0: an A/A run.
  static let standard = [0, 1, 2, 5, 10, 20]
  /// A comparison takes at most so long, as `compare` does; what is left of a row's time is for further ones.
  static let longest = 120.0
  /// Detection is counted for cases that take so many times the policy's floor in µs: for shorter ones the floor decides.
  static let timesFloor = 20.0
  /// False alarms beyond this, with 95 % confidence, fail the test.
  static let falseAlarms = 0.001

  let plan: Plan
  let policy: Policy
  let planted: [Int]
  let workloads: [Workload]
  let budget: Double
  let limit: Double
  let machine: Machine
  /// Options of the serving processes.
  let serving: [String]

  /// Runs everything, first on the quiet machine, then with another process that burns a processor in bursts.
  func run() throws -> (report: Report, status: ExitStatus) {
    var rows: [SelfTestRow] = []
    for bursts in [false, true] {
      for percent in planted where !Interrupt.isSet {
        rows.append(try row(Double(percent), bursts: bursts))
      }
    }
    let isFalse = rows.contains {
      $0.rate.planted == 0 && $0.rate.interval.map { $0.lowerBound > Self.falseAlarms } == true
    }
    let status: ExitStatus = isFalse ? .worse : Interrupt.isSet ? .interrupted : .fine
    guard rows.contains(where: { $0.rate.cases > 0 }) else {
      if Interrupt.isSet { throw UsageError("nothing had been measured yet") }
      let shortest = String(format: "%g", Self.timesFloor * policy.defaults.floorMicroseconds)
      Console.note("cbambench: no case takes at least \(shortest) µs, so that no slowdown is counted")
      return (SelfTestReport.report(rows, timesFloor: Self.timesFloor), .unusable)
    }
    return (SelfTestReport.report(rows, timesFloor: Self.timesFloor), status)
  }

  /// Comparisons with the same slowdown, each with a seed of its own, as many as a row's share of the budget allows.
  private func row(_ percent: Double, bursts: Bool) throws -> SelfTestRow {
    let burner = bursts ? Burner(seed: plan.seed) : nil
    defer { burner?.stop() }
    let share = budget / Double(2 * planted.count)
    let start = Clock.now()
    var row = SelfTestRow(bursts: bursts, rate: DetectionRate(planted: percent))
    var left = share
    repeat {
      let began = Clock.now()
      let place = "\(Int(percent)) % more tiles\(bursts ? ", bursts" : ""), comparison \(row.compares + 1)"
      let judgements = try compare(
        percent, seed: plan.seed &+ UInt64(row.compares), budget: min(left, Self.longest), place: place)
      row.compares += 1
      let floor = policy.defaults.floorMicroseconds * 1e-6
      row.rate.add(judgements, shortest: percent == 0 ? 0 : Self.timesFloor * floor)
      if percent == 0 { tell(judgements, place) }
      left = share - (Clock.now() - start).value
      // One that would be cut short would see less than a user's comparison does.
      if left < min((Clock.now() - began).value, Self.longest) { break }
    } while plan.rounds == nil && !Interrupt.isSet
    return row
  }

  private func compare(_ percent: Double, seed: UInt64, budget: Double, place: String) throws
    -> [CaseJudgement]
  {
    let serve = [Executable.path, "serve"] + serving
    let judge = PairedJudge(policy)
    var plan = plan
    plan.seed = seed
    let contest = Contest(
      ContestPlan(
        base: serve, head: serve + (percent > 0 ? ["--extra-tiles", "\(percent)"] : []), plan: plan,
        budget: Seconds(budget), limit: Seconds(limit)),
      ContestRules(judge), workloads: workloads,
      run: PairedRun(
        seed: seed, started: ISO8601DateFormatter().string(from: Date()),
        machine: machine.description, base: "this build", head: "\(percent) % more tiles"),
      isInterrupted: { Interrupt.isSet }, onProgress: { Console.progress("\(place): \($0)") },
      onRound: { _ in })
    defer { Console.progress("") }
    return judge.judgements(try contest.run())
  }

  /// Names false alarms: a kernel that causes them is worth a look.
  private func tell(_ judgements: [CaseJudgement], _ place: String) {
    for item in judgements where [.regressed, .improved].contains(item.time?.outcome) {
      Console.note("cbambench: \(place): false alarm: \(item.name.shown): \(CIFormats.sentence(item))")
    }
  }
}
