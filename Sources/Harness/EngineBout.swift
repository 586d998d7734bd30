import Engines
import Kernels
import Measurement
import Operators
import ReferenceKernels
import Records
import Tensors
import Workloads

/// Other engines that take part in the rounds of a run.
public struct Contenders {
  let engines: [Engine]
  /// Where tasks are written.
  let folder: String

  /// - Parameters:
  ///   - engines: in the order of their rows; no two have one name.
  ///   - folder: for tasks; what is in it goes again.
  public init(_ engines: [Engine], folder: String) { (self.engines, self.folder) = (engines, folder) }

  /// How long every case is called in a round before it is timed.
  var lead: Seconds { engines.isEmpty ? Seconds(0) : SamplingPolicy.leadBesideEngines }

  /// Nobody.
  public static var none: Contenders { Contenders([], folder: "") }

  /// Ends their processes.
  public func stop() { for engine in engines { engine.stop() } }

  /// Those that go on using the processor while others are measured.
  public var restless: [String] { engines.filter(\.isRestless).map(\.name) }
}

extension Engine {
  /// What rows say.
  var entrant: Entrant { Entrant(kernel: name, isa: "", request: command.text) }

  func key(threads: Int) -> CaseKey { CaseKey(kernel: name, isa: "", threads: threads) }
}

/// The engines' part in one workload: their tasks are opened and verified, take their turns, and become rows.
final class EngineBout {
  /// An engine with a task for one thread count.
  private final class Seat {
    let engine: Engine
    let threads: Int
    let opened: Engine.Opened
    let time: Seconds
    var judgement = Judgement()
    /// Why it is out of the rounds.
    var loss: String?

    init(_ engine: Engine, threads: Int, _ opened: Engine.Opened, _ time: Seconds) {
      (self.engine, self.threads, self.opened, self.time) = (engine, threads, opened, time)
    }

    var key: CaseKey { engine.key(threads: threads) }
  }

  private let contenders: Contenders
  private let plan: Plan
  private let rows: RowBuilder
  private let losses: Losses
  private let isInterrupted: () -> Bool
  private let onStep: (Step) -> Void
  private var folder: TaskFolder?
  private var seats: [Seat] = []
  /// Rows of engines that are out before the first round.
  private(set) var refused: [RunRow] = []

  init(
    _ contenders: Contenders, plan: Plan, rows: RowBuilder, losses: Losses,
    isInterrupted: @escaping () -> Bool, onStep: @escaping (Step) -> Void
  ) {
    (self.contenders, self.plan, self.rows, self.losses) = (contenders, plan, rows, losses)
    (self.isInterrupted, self.onStep) = (isInterrupted, onStep)
  }

  /// Rows that say why no engine had a turn.
  func unopened(_ status: Record.Status, _ reason: String) -> [RunRow] {
    contenders.engines.map { rows.refused($0.entrant, status, reason) }
  }

  /// Opens the task with every engine and compares the results with the oracle.
  func open(_ subject: Subject, _ oracle: Oracle) {
    guard !contenders.engines.isEmpty else { return }
    guard plan.cache == .hot else {
      refused = unopened(.skipped, "nobody can evict a contender's memory; expected --cache hot")
      return
    }
    do {
      folder = try TaskFolder(
        in: contenders.folder, subject.workload, inputs: subject.inputs, weights: subject.weights)
    } catch {
      refused = unopened(.skipped, "\(error)")
      return
    }
    for engine in contenders.engines where !isInterrupted() { open(engine, subject, oracle) }
    dismissWrong()
  }

  /// What an engine does not survive costs that thread count; the others are opened again.
  private func open(_ engine: Engine, _ subject: Subject, _ oracle: Oracle) {
    var left = plan.threads
    for threads in plan.threads {
      guard let reason = losses.cases[engine.key(threads: threads)] else { continue }
      refuse(engine, threads, .failed, reason)
      left.removeAll { $0 == threads }
    }
    var isComplete = false
    while !isComplete && !isInterrupted() {
      isComplete = true
      seats.removeAll { $0.engine === engine }
      for threads in left {
        do {
          seats.append(try seat(engine, threads: threads, subject, oracle))
        } catch {
          // What it did not finish then says nothing about it.
          if isInterrupted() { return }
          left.removeAll { $0 == threads }
          switch error {
          case .refused(let reason): refuse(engine, threads, .skipped, reason)
          case .unusable(let reason): refuse(engine, threads, .failed, reason)
          case .lost(let reason):
            refuse(engine, threads, .failed, "\(reason) while opening or verifying the task")
            isComplete = false
          }
        }
        if !isComplete { break }
      }
    }
  }

  private func refuse(_ engine: Engine, _ threads: Int, _ status: Record.Status, _ reason: String) {
    refused.append(rows.refused(engine.entrant, threads: threads, status, reason))
  }

  private func seat(
    _ engine: Engine, threads: Int, _ subject: Subject, _ oracle: Oracle
  ) throws(Engine.Loss) -> Seat {
    guard let folder else { throw .refused("there is no task") }
    onStep(Step(.verify, engine.key(threads: threads)))
    let start = Clock.now()
    let opened = try engine.open(folder, threads: threads)
    let seat = Seat(engine, threads: threads, opened, Clock.now() - start)
    onStep(Step(.verify, seat.key))
    let outputs = try engine.compute(opened, folder)
    let agreement = oracle.compare(outputs, growth: opened.growth)
    let wrong = Verification.sentence(agreement, outputs, growth: opened.growth, subject, oracle)
    seat.judgement.note(Verdict(agreement, wrong: wrong, input: subject.words))
    return seat
  }

  /// Those whose results are right.
  var turns: [any Sampled] { seats.map { seat in Turns { self.turn(of: seat, $0) } } }

  /// What is wrong is not timed.
  private func dismissWrong() {
    for seat in seats {
      switch seat.judgement.outcome {
      case .agrees: break
      case .disagrees(let reason): refused.append(rows.wrong(verified(seat), .disagrees, reason))
      case .mistrusted(let reason): refused.append(rows.wrong(verified(seat), .mistrusted, reason))
      }
    }
    seats.removeAll { $0.judgement.outcome != .agrees }
  }

  /// Keys of `turns`.
  var keys: [CaseKey] { seats.map(\.key) }
  /// Records of `turns`, without times.
  var verified: [Record] { seats.map(verified) }

  private func verified(_ seat: Seat) -> Record {
    rows.verified(seat.engine.entrant, threads: seat.threads, seat.time, seat.judgement)
  }

  /// Nil: it is out of the rounds.
  private func turn(of seat: Seat, _ length: Seconds) -> [Double]? {
    guard seat.loss == nil, !isInterrupted() else { return nil }
    do { return try seat.engine.measure(seat.opened, length) } catch {
      if isInterrupted() { return nil }
      switch error {
      case .refused(let reason), .unusable(let reason): seat.loss = reason
      case .lost(let reason):
        // The process had all its tasks.
        for other in seats where other.engine === seat.engine && other.loss == nil {
          let place = other === seat ? "" : " with \(seat.threads) threads"
          other.loss = "\(reason) while it was measured\(place)"
        }
      }
      return nil
    }
  }

  /// Rows of `turns` in their order; nil: it stayed in the rounds.
  var lost: [RunRow?] {
    seats.map { seat in
      seat.loss.map { rows.refused(seat.engine.entrant, threads: seat.threads, .failed, $0) }
    }
  }

  /// Closes the tasks; the folder goes.
  func end() {
    for engine in contenders.engines where !isInterrupted() { engine.close() }
    folder = nil
  }
}

/// The turns of an engine.
private final class Turns: Sampled {
  /// Before the first round: what an engine does only once lies behind it then.
  private static let warmUp = Seconds(0.02)
  private let measure: (Seconds) -> [Double]?

  init(_ measure: @escaping (Seconds) -> [Double]?) { self.measure = measure }

  func warmUp(isInterrupted: () -> Bool) -> Double? {
    _ = measure(Self.warmUp)
    return nil
  }

  func takeTurn(_ times: inout CaseTimes, lead: Seconds) {
    if lead > Seconds(0) { _ = measure(lead) }
    if let inRound = measure(SamplingPolicy.roundShare), !inRound.isEmpty { times.addRound(inRound) }
  }
}
