import Glibc
import Kernels
import Measurement
import Operators
import PlainText
import Records
import ReferenceKernels
import Roofs
import Tensors
import Workloads

/// The measured side of `compare`: does what the comparing process asks, one request at a time, and is silent and still in
/// between.
public final class Server {
  private let tiled: Catalogue
  private let facts: RunFacts
  private let tool: String
  private let plant: Plant
  private let data: DataChoice
  private let teams = Teams()
  private var open: [Open] = []

  /// An open case.
  private struct Open {
    let item: Case
    let timed: Timed
    /// Time of a call, from the latest turn.
    var call = Seconds(0)
  }

  /// - Parameters:
  ///   - tool: version of the tool, one word.
  ///   - plant: what a self-test makes kernels do besides their work.
  ///   - data: what inputs and weights hold.
  public init(
    tiled: Catalogue, facts: RunFacts, tool: String, plant: Plant = Plant(), data: DataChoice = DataChoice()
  ) {
    self.data = data
    self.tiled = tiled
    self.facts = facts
    self.tool = tool
    self.plant = plant
  }

  /// Answers until the last line; false when asked to quit.
  public func answer(_ line: String, send: @escaping (ServeReply) -> Void) -> Bool {
    guard let request = ServeRequest(line) else {
      let turn = "; a turn is of more than 0 up to \(Int(ServeProtocol.longestTurn)) s"
      send(
        .refused(
          "'\(line.shown)' is not a request of version \(ServeProtocol.version)"
            + (line.hasPrefix("measure ") ? turn : "")))
      return true
    }
    switch request {
    case .hello:
      send(.hello(version: ServeProtocol.version, tool: tool, header: RowLine.header))
    case .open(let request): answer(request, send)
    case .task, .compute:
      send(.refused("a build opens workloads by their texts; tasks are for contenders of 'run'"))
    case .measure(let index, let seconds):
      guard open.indices.contains(index) else {
        send(.refused("case \(index) is not open; \(open.count) cases are, counted from 0"))
        return true
      }
      let (times, switches) = measure(&open[index], Seconds(seconds))
      // Before the answer: the other side measures next.
      teams.rest()
      send(.times(times, switches: switches))
    case .close:
      open = []
      send(.closed)
    case .quit: return false
    }
    return true
  }

  private func answer(_ request: OpenRequest, _ send: @escaping (ServeReply) -> Void) {
    open = []
    do {
      var plan = try Plan(request, known: ["reference"] + tiled.names)
      plan.data = data
      let workload = try Workload(request.workloadText)
      let opening = Opening(
        plan: plan, workload: workload, tiled: tiled, facts: facts, plant: plant, teams: teams,
        without: Set(request.without.compactMap { CaseKey($0) }),
        onStep: { send(.step($0.description)) })
      for answer in try opening.open(request.care) {
        let digest = answer.item.map { Digest.of($0.outputs.map(\.memory)) }
        send(.row(RowLine(answer.record, digest: digest)))
        if let item = answer.item { open.append(Open(item: item, timed: item.timed(plan.cache))) }
      }
      teams.rest()
      send(.opened(count: open.count))
    } catch {
      open = []
      send(.refused("\(error)"))
    }
  }

  /// Samples of a case for about `length`, seconds per call; and how often the processor was taken away.
  private func measure(_ case: inout Open, _ length: Seconds) -> (times: [Double], switches: Int) {
    let shortest = SamplingPolicy.shortestSample
    // The first call brings the team awake and the data near. Of a long one it is measurement enough.
    let before = Self.switches
    let first = `case`.timed.time().time
    if first > length && `case`.call > Seconds(0) {
      `case`.call = first
      return ([first.value], Self.switches - before)
    }
    let estimate = `case`.call > Seconds(0) ? min(`case`.call, first) : first
    let calls =
      `case`.timed.isPrepared
      ? 1 : max(1, Int((shortest.value / max(estimate.value, 1e-9)).rounded(.up)))
    var times: [Double] = []
    let start = Clock.now()
    repeat {
      times.append(`case`.timed.time(calls: min(calls, 100_000)).time.value / Double(min(calls, 100_000)))
    } while Clock.now() - start < length
    `case`.call = Seconds(Statistics.median(times))
    return (times, Self.switches - before)
  }

  /// How often the system took the processor from a thread of this process.
  private static var switches: Int {
    var usage = rusage()
    getrusage(RUSAGE_SELF.rawValue, &usage)
    return usage.ru_nivcsw
  }
}

extension Plan {
  /// What a serving process is asked for.
  init(_ request: OpenRequest, known: [String]) throws(UsageError) {
    self.init()
    requests = []
    for name in request.kernels { requests.append(try Plan.Request(name, known: known)) }
    isas = []
    for name in request.isas {
      guard let isa = ISA(rawValue: name) else {
        throw UsageError("'\(name.shown)' is not an instruction set")
      }
      isas.append(isa)
    }
    guard let state = CacheState(rawValue: request.cache) else {
      throw UsageError("'\(request.cache.shown)' is not a cache state")
    }
    guard !requests.isEmpty, !isas.isEmpty, !request.threads.isEmpty,
      request.threads.allSatisfy({ $0 > 0 && $0 <= 1024 })
    else { throw UsageError("no kernel, instruction set or thread count is asked for") }
    (threads, cache, seed) = (request.threads, state, request.seed)
  }
}

/// Opens one workload for a comparing process: prepares its cases and makes sure that they are right.
private struct Opening {
  typealias Answer = (record: Record, item: Case?)

  let plan: Plan
  let workload: Workload
  let tiled: Catalogue
  let facts: RunFacts
  let plant: Plant
  let teams: Teams
  let without: Set<CaseKey>
  let onStep: (Step) -> Void

  /// Rows of all cases, with those that can be measured; cases that crashed before have none.
  func open(_ care: OpenRequest.Care) throws -> [Answer] {
    let rows = RowBuilder(workload: workload, suite: "", plan: plan, facts: facts)
    let candidates = plan.candidates(workload, reference: ReferenceKernel(), tiled: tiled)
    do { try Shortage.check(Footprint(workload).peak()) } catch {
      return candidates.map { (rows.refused($0, .skipped, error.description).record, nil) }
    }
    return care == .check ? try check(candidates, rows) : try trust(candidates, rows)
  }

  private func check(_ candidates: [Candidate], _ rows: RowBuilder) throws -> [Answer] {
    let runner = Runner(plan: plan, tiled: tiled, facts: facts, teams: teams) { false }
    runner.onStep = onStep
    for key in without { runner.losses.cases[key] = "" }
    let (judged, refused) = try runner.judge(workload, candidates, rows)
    let answers = judged.map { item, judgement -> Answer in
      switch judgement.outcome {
      case .disagrees(let reason): return (rows.wrong(item, judgement, .disagrees, reason).record, nil)
      case .mistrusted(let reason): return (rows.wrong(item, judgement, .mistrusted, reason).record, nil)
      case .agrees: break
      }
      onStep(Step(.warmUp, item.key))
      teams.rest()
      var record = rows.verified(item, judgement)
      record.status = Record.Status.ok.rawValue
      let timed = item.timed(plan.cache)
      record.allocationsPerCall = SteadyAllocations.perCall([timed.warmUp().allocations]) {
        timed.warmUp().allocations
      }
      return (record, item)
    }
    // What crashed is told by the asking process.
    let lost = refused.filter { $0.record.threads == nil || $0.status == .skipped }
    return answers + lost.map { ($0.record, nil) }
  }

  private func trust(_ candidates: [Candidate], _ rows: RowBuilder) throws -> [Answer] {
    let verification = Verification(seed: plan.seed, backing: .aligned)
    let subject = try Subject(workload, data: plan.data, seed: plan.seed, backing: .aligned)
    var answers: [Answer] = []
    for candidate in candidates where candidate.refusal == nil {
      let threads = (candidate.isReference ? [1] : plan.threads).filter {
        !without.contains(candidate.key(threads: $0)) && teams.shortage(of: $0) == nil
      }
      guard let first = threads.first else { continue }
      onStep(Step(.verify, candidate.key(threads: first)))
      let cases = try verification.cases(candidate, subject, threads: threads) { try teams[$0] }
      let shadows =
        plant.share > 0 ? try verification.cases(candidate, subject, threads: threads) { try teams[$0] } : []
      for (index, item) in cases.enumerated() {
        onStep(Step(.verify, item.key))
        item.poison(.nan)
        item.run()
        teams.rest()
        var record = rows.verified(item, Judgement())
        record.status = Record.Status.ok.rawValue
        if !shadows.isEmpty { plant.add(to: item, into: shadows[index]) }
        answers.append((record, item))
      }
    }
    return answers
  }
}
