import Harness
import Measurement
import Records
import Workloads

/// One round: a fresh process of each side, all workloads in shuffled order.
///
/// One side measures at a time; the other waits for its next request with its workers asleep.
struct Match {
  /// How long a side measures at a time.
  static let turnLength = Seconds(3e-3)
  /// Turns of a case in a round, half of them with the head first.
  static let turns = 4
  /// Disturbed turns are repeated, at most so many per case and round.
  static let mostRepeats = 4

  private let contest: Contest
  private let round: Int
  private let purpose: PairedRun.Purpose
  private var surroundings: Surroundings
  private let isClean: (PairedRun) -> (PairedRun.Turn) -> Bool
  private var contenders: [PairedRun.Side: Contender]

  init(
    _ contest: Contest, round: Int, _ purpose: PairedRun.Purpose, _ surroundings: Surroundings,
    isClean: @escaping (PairedRun) -> (PairedRun.Turn) -> Bool
  ) {
    (self.contest, self.round, self.purpose) = (contest, round, purpose)
    (self.surroundings, self.isClean) = (surroundings, isClean)
    contenders = Dictionary(
      uniqueKeysWithValues: PairedRun.Side.allCases.map {
        ($0, Contender($0, contest.plan, contest.isInterrupted))
      })
  }

  /// The run with the turns of this round; a case that a side does not survive is lost, the others go on.
  func play(
    _ run: PairedRun, _ cases: Set<Int>, _ workloads: [Workload], using generator: inout SplitMix64
  ) -> PairedRun {
    var (state, run) = (self, run)
    // Whoever starts first may find the better memory.
    let sides: [PairedRun.Side] = round % 2 == 0 ? [.base, .head] : [.head, .base]
    for workload in workloads.shuffled(using: &generator) where !contest.isOver {
      let wanted = cases.filter { run.cases[$0].identity.workloadText == workload.text }
      var open = wanted
      while !open.isEmpty, !contest.isOver {
        guard let lost = state.visit(&run, workload, open, sides, using: &generator) else { break }
        open.subtract(lost)
      }
    }
    for side in sides { state.contenders[side]?.stop() }
    return run
  }

  /// Measures the cases of one workload.
  /// - Returns: cases that were lost; the others are to be opened again. Nil: all is done.
  private mutating func visit(
    _ run: inout PairedRun, _ workload: Workload, _ cases: Set<Int>, _ sides: [PairedRun.Side],
    using generator: inout SplitMix64
  ) -> Set<Int>? {
    var places: [PairedRun.Side: [Int: Int]] = [:]
    for side in sides {
      let lostKeys = run.cases.filter { $0.identity.workloadText == workload.text && $0[side].loss != nil }
        .compactMap { Self.key($0, side) }
      do {
        let opened = try contenders[side]?.open(workload, without: lostKeys) ?? []
        places[side] = Dictionary(
          opened.enumerated().compactMap { place, answer in
            cases.first { run.cases[$0].identity == answer.identity }.map { ($0, place) }
          }
        ) { first, _ in first }
        for index in cases {
          guard let place = places[side]?[index] else {
            run.cases[index][side].loss = .init(.crashed, "did not open the case again")
            return [index]
          }
          if opened[place].digest != run.cases[index][side].digest {
            run.cases[index][side].loss = .init(.differs, "had another result in another process")
            return [index]
          }
        }
      } catch {
        if isNoLoss(error, side) { return cases }
        let key = error.step?.key
        let lost = cases.filter { key == nil || Self.key(run.cases[$0], side) == key }
        for index in lost.isEmpty ? cases : lost { run.cases[index][side].loss = error.loss }
        return lost.isEmpty ? cases : lost
      }
    }
    let lost = alternate(&run, cases, places, using: &generator)
    if lost == nil { for side in sides { try? contenders[side]?.close() } }
    return lost
  }

  /// Whether a side was cut short, or the system did not start it.
  private func isNoLoss(_ failure: PeerFailure, _ side: PairedRun.Side) -> Bool {
    if failure.isOfTheSystem { contest.trouble = contenders[side]?.trouble(failure) }
    return contest.isOver
  }

  private static func key(_ item: PairedRun.Case, _ side: PairedRun.Side) -> CaseKey? {
    let id = item.identity
    return CaseKey(
      kernel: item[side].row?.kernel ?? id.kernel, isa: id.isa, threads: id.threads ?? 1)
  }

  /// Turns of all cases, in every pass a new order; who is first is shuffled and exactly balanced.
  private mutating func alternate(
    _ run: inout PairedRun, _ cases: Set<Int>, _ places: [PairedRun.Side: [Int: Int]],
    using generator: inout SplitMix64
  ) -> Set<Int>? {
    let ordered = cases.sorted()
    var orders: [Int: [Bool]] = [:]
    for index in ordered {
      orders[index] = (0..<Self.turns).map { $0 % 2 == 0 }.shuffled(using: &generator)
    }
    for pass in 0..<(Self.turns + Self.mostRepeats) {
      var due = ordered
      if pass >= Self.turns {
        let isClean = isClean(run)
        due = ordered.filter { index in
          let mine = run.turns.suffix(ordered.count * (pass + 1)).filter {
            $0.index == index && $0.round == round
          }
          return mine.count { isClean($0) } < Self.turns
        }
      }
      for index in due.shuffled(using: &generator) {
        let headFirst = pass < Self.turns ? orders[index]?[pass] ?? false : pass % 2 == 0
        if let lost = turn(&run, index, headFirst, places) { return [lost] }
      }
    }
    return nil
  }

  /// Both sides once, the control kernel between them.
  /// - Returns: the case, if a side did not survive it.
  private mutating func turn(
    _ run: inout PairedRun, _ index: Int, _ headFirst: Bool, _ places: [PairedRun.Side: [Int: Int]]
  ) -> Int? {
    let stolen = Surroundings.stolen()
    var times: [PairedRun.Side: Double] = [:]
    var (control, switches, others) = (0.0, 0, 0)
    for side in headFirst ? [PairedRun.Side.head, .base] : [.base, .head] {
      if !times.isEmpty {
        others = Surroundings.others()
        control = surroundings.control()
      }
      do {
        let place = places[side]?[index] ?? 0
        let result = try contenders[side]?.measure(place, Self.turnLength)
        times[side] = result?.seconds
        switches += result?.switches ?? 0
      } catch {
        if isNoLoss(error, side) { return index }
        run.cases[index][side].loss = PairedRun.Loss(
          error.loss.kind, error.loss.reason + (error.step == nil ? " while measuring" : ""))
        return index
      }
    }
    guard let base = times[.base], let head = times[.head] else { return index }
    run.turns.append(
      PairedRun.Turn(
        index: index, purpose: purpose, round: round, headFirst: headFirst, base: base, head: head,
        control: control, switches: switches, stolen: Surroundings.stolen() - stolen, others: others))
    return nil
  }
}
