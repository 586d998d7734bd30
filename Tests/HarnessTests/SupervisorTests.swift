import Glibc
import Harness
import HarnessSupport
import Kernels
import Measurement
import Records
import Testing
import Workloads

/// Children that crash and hang: what is lost, and that the others are not.
///
/// Each test that forks is a process of its own: a fork beside other threads may copy a lock that one of them holds.
@Suite(.serialized) struct SupervisorTests {
  enum Mishap: String, Codable, Sendable, CaseIterable {
    case crash, exit, hang

    var reason: String {
      switch self {
      case .crash: "crashed with signal 11 (Segmentation fault)"
      case .exit: "ended with status 7"
      case .hang: "took longer than the limit of 0.3 s"
      }
    }

    var sentence: String { "\(reason) while verifying bad, avx2, 2 threads" }

    func happen() {
      switch self {
      case .crash:
        // Swift's own handler would write a backtrace first.
        signal(SIGSEGV, SIG_DFL)
        raise(SIGSEGV)
      case .exit: _exit(7)
      case .hang: while true { pause() }
      }
    }
  }

  /// With a limit that a case which hangs always reaches, and nothing else does.
  private static func supervisor(_ mishap: Mishap? = nil) -> Supervisor {
    Supervisor(limits: { Seconds(mishap == .hang && $0.key == SupervisorTests.bad ? 0.3 : 600) }) { false }
  }

  static let bad = CaseKey(kernel: "bad", isa: "avx2", threads: 2)
  static let good = CaseKey(kernel: "good", isa: "avx2", threads: 2)

  @Test(arguments: Mishap.allCases) func aCaseIsLostAndTheRestGoesOn(mishap: Mishap) async {
    await #expect(processExitsWith: .success) { [mishap] in
      var told: [RunMessage] = []
      let lost = SupervisorTests.supervisor(mishap).run([4, 5, 6]) { open, losses, send in
        for index in open {
          send(.begin(index))
          let bad = index == 5 ? [SupervisorTests.bad] : []
          for key in bad + [SupervisorTests.good] {
            if let reason = losses[index]?.cases[key] {
              send(.row(RowLine(csv: reason)))
              continue
            }
            send(.step(index, Step(.verify, key)))
            if key == SupervisorTests.bad { mishap.happen() }
            send(.row(RowLine(csv: "\(key)")))
          }
          send(.done(index))
        }
      } receive: {
        told.append($0)
      }
      #expect(lost.isEmpty)
      #expect(told.filter { if case .done = $0 { true } else { false } } == [.done(4), .done(5), .done(6)])
      #expect(told.filter { $0 == .begin(5) }.count == 2, "once more without the case")
      #expect(told.contains(.row(RowLine(csv: mishap.sentence))), "\(told)")
      #expect(told.filter { $0 == .row(RowLine(csv: "good|avx2|2")) }.count == 3)
    }
  }

  /// The rows were told before: they stay, and nothing is measured again.
  @Test(arguments: Mishap.allCases) func aProfileIsLostAndTheRowsStay(mishap: Mishap) async {
    await #expect(processExitsWith: .success) { [mishap] in
      var told: [RunMessage] = []
      let lost = SupervisorTests.supervisor(mishap).run([0, 1]) { open, losses, send in
        for index in open {
          send(.begin(index))
          send(.row(RowLine(csv: "\(losses)")))
          send(.done(index))
          send(.step(index, Step(.profile, SupervisorTests.bad)))
          mishap.happen()
        }
      } receive: {
        told.append($0)
      }
      #expect(lost.isEmpty)
      let expected = (0...1).flatMap { index -> [RunMessage] in
        [
          .begin(index), .row(RowLine(csv: "[:]")), .done(index),
          .step(index, Step(.profile, SupervisorTests.bad)),
        ]
      }
      #expect(told.filter { if case .note = $0 { false } else { true } } == expected)
      let notes = told.compactMap { if case .note(let index, let text) = $0 { (index, text) } else { nil } }
      #expect(notes.map(\.0) == [0, 1])
      for (_, text) in notes {
        #expect(
          text
            == "bad, avx2, 2 threads: no profile: \(mishap.reason); those that would have followed of this "
            + "workload are left out")
      }
    }
  }

  /// Nothing that a child does keeps the parent for ever.
  @Test func whatAlwaysCrashesIsGivenUp() async {
    await #expect(processExitsWith: .success) {
      var children = 0
      let lost = SupervisorTests.supervisor().run([0, 1]) { open, losses, send in
        send(.begin(open[0]))
        _exit(3)
      } receive: {
        if case .begin = $0 { children += 1 }
      }
      #expect(lost.map(\.workload) == [0, 1] && children == 4)
      #expect(lost.allSatisfy { $0.reason == "ended with status 3 while computing the expected result" })
    }
  }

  @Test func aWorkloadIsLostWithItsOracle() async {
    await #expect(processExitsWith: .success) {
      var rows: [RunMessage] = []
      let lost = SupervisorTests.supervisor().run([0, 1]) { open, losses, send in
        for index in open {
          send(.begin(index))
          if index == 0 && losses[0]?.workload == nil { _exit(9) }
          send(.row(RowLine(csv: losses[index]?.workload ?? "fine")))
          send(.done(index))
        }
      } receive: {
        if case .row = $0 { rows.append($0) }
      }
      #expect(lost.isEmpty)
      #expect(
        rows == [
          .row(RowLine(csv: "ended with status 9 while computing the expected result")),
          .row(RowLine(csv: "fine")),
        ])
    }
  }

  /// A child that hears of no interruption has a moment; nothing is lost by it, and no other one follows.
  @Test func anInterruptionEndsAChildThatHangs() async {
    await #expect(processExitsWith: .success) {
      var hasBegun = false
      let lost = Supervisor(limit: Seconds(600), grace: Seconds(0.01)) { hasBegun }.run([0, 1]) {
        open, _, send in
        for number in [SIGUSR1, SIGTERM] { signal(number, SIG_IGN) }
        send(.begin(open[0]))
        while true { sleep(60) }
      } receive: {
        if $0 == .begin(0) { hasBegun = true } else { Issue.record("\($0)") }
      }
      #expect(lost.isEmpty)
    }
  }

  /// What was lost before is a row with its reason and is not run.
  @Test func lossesAreRowsOfTheRunner() throws {
    let facts = RunFacts(machine: Machine(), revision: "", started: "")
    var plan = Plan()
    (plan.threads, plan.rounds) = ([1, 2], 1)
    let runner = Runner(plan: plan, tiled: Catalogue([FlawedReLU(flaw: .swallowsNaN)]), facts: facts) {
      false
    }
    let workload = try Workload("relu@1x2x3x5")
    var steps: [Step] = []
    let all = runner.run(workload, suite: "", budget: Seconds(1)) { steps.append($0) }
    #expect(all.allSatisfy { $0.status == .ok } && all.count == 3)
    #expect(steps.first == Step(.oracle) && steps.last == Step(.roofs))
    let last = try #require(steps.last { $0.key?.threads == 2 }?.key)
    var losses = Losses()
    losses.cases[last] = "lost"
    let rest = runner.run(workload, suite: "", budget: Seconds(1), losses: losses)
    let failed = rest.filter { $0.status == .failed }
    #expect(rest.count == 3 && failed.count == 1)
    #expect(failed[0].record.threads == 2 && failed[0].record.reason == "lost")
    losses.workload = "all lost"
    let none = runner.run(workload, suite: "", budget: Seconds(1), losses: losses)
    #expect(none.count == 2 && none.allSatisfy { $0.status == .failed && $0.record.reason == "all lost" })
  }
}
