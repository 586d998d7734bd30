import Contest
import Glibc
import Harness
import Measurement
import Records
import Testing
import Workloads

/// Contests with sides that a few lines of shell stand for.
@Suite struct ContestTests {
  /// A side that is gone must not end this process, as it does not end the tool.
  init() { signal(SIGPIPE, SIG_IGN) }

  /// A side that greets as a build does and then answers every request in one way.
  private static func side(answering reply: String) -> [String] {
    [
      "sh", "-c",
      "read hello; echo 'hello 1 0.1.0 workload'; while read request; do echo '\(reply)'; done",
    ]
  }

  /// A side with one case, which answers as a build does; each call takes longer than the one before.
  private static let good = [
    "sh", "-c",
    """
    while read -r line; do
      case "$line" in
        hello*) printf '%s\\n' 'hello 1 0.1.0 workload,kernel,requested_kernel,isa,threads,cache,status,flops\\n' ;;
        open*) printf '%s\\n' 'row 5 w,tiled/x,tiled,avx2,1,hot,ok,12\\n' 'opened 1' ;;
        measure*) calls=$((calls + 1)); echo "times 0 0.00$calls" ;;
        close*) echo closed ;;
        quit*) exit 0 ;;
      esac
    done
    """,
  ]

  /// - Parameter isClean: of a turn, by its place among those of its round.
  private static func contest(
    base: [String], head: [String], rounds: Int? = nil, isClean: @escaping (Int) -> Bool = { _ in true }
  ) throws -> Contest {
    var plan = Plan()
    plan.rounds = rounds
    let rules = ContestRules(
      measures: { $0.isComparable }, schedule: { _ in [1] }, agenda: { _ in ([], []) },
      confirmingRounds: { _ in 0 },
      isClean: { run in
        { turn in isClean(run.turns.filter { $0.round == turn.round }.firstIndex(of: turn) ?? -1) }
      })
    return Contest(
      ContestPlan(base: base, head: head, plan: plan, budget: Seconds(600), limit: Seconds(600)), rules,
      workloads: [try Workload("relu@1x1x1x1")],
      run: PairedRun(seed: 1, started: "s", machine: "m", base: "b", head: "h"), isInterrupted: { false },
      onProgress: { _ in }, onRound: { _ in })
  }

  /// What is no build, or of another age, is told with its side; the other side is not to blame.
  @Test(
    arguments: [
      (["/nowhere/at/all"], "cannot be started: No such file or directory"),
      (["sh", "-c", "echo no; cat"], "said 'no'; expected 'hello 1' and who speaks"),
      (["sh", "-c", "echo 'hello 2 0.1.0 x'; cat"], "speaks version 2 of the protocol; expected 1"),
      (["sh", "-c", "exit 3"], "ended with status 3"),
    ], PairedRun.Side.allCases)
  func troubleNamesTheSide(trouble: (words: [String], reason: String), side: PairedRun.Side) throws {
    let good = Self.side(answering: "refused no")
    let contest =
      side == .base
      ? try Self.contest(base: trouble.words, head: good) : try Self.contest(base: good, head: trouble.words)
    let error = #expect(throws: BuildTrouble.self) { try contest.measure() }
    #expect(error == BuildTrouble(side: side, program: trouble.words[0], reason: trouble.reason))
  }

  /// A build that does not know a workload has no case of it.
  @Test func whatIsRefusedIsNoCase() throws {
    let side = Self.side(answering: "refused no")
    let run = try Self.contest(base: side, head: side).measure()
    #expect(run.cases.isEmpty && run.turns.isEmpty)
  }

  /// A side that answers something else has lost the workload, and the reason stands in its case.
  @Test func nonsenseIsALoss() throws {
    let run = try Self.contest(
      base: Self.side(answering: "nonsense"), head: Self.side(answering: "refused no")
    ).measure()
    #expect(run.cases.count == 1 && run.turns.isEmpty)
    #expect(run.cases.first?.base.loss == .init(.crashed, "said 'nonsense', which is not a reply"))
    #expect(run.cases.first?.head == .init())
  }

  /// Turns that do not count are made up for, up to a limit, and no others.
  @Test(arguments: [([], 4), ([0], 5), ([1, 2], 6), ([0, 4], 6), (Array(0..<8), 8)] as [([Int], Int)])
  func disturbedTurnsAreRepeated(disturbed: [Int], turns: Int) throws {
    let run = try Self.contest(base: Self.good, head: Self.good, rounds: 2) { !disturbed.contains($0) }
      .measure()
    #expect(run.cases.count == 1 && run.cases.allSatisfy(\.isComparable))
    #expect((0..<2).map { round in run.turns.count { $0.round == round } } == [turns, turns])
    #expect(run.turns.filter { $0.round == 0 }.prefix(4).count(where: \.headFirst) == 2)
  }
}
