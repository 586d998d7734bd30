import Harness
import Kernels
import Measurement
import Records
import Workloads

/// The workloads of a run: measured in a child process, collected in this one.
struct MeasuringJob {
  struct Result {
    /// In the order of the workloads.
    let rows: [RunRow]
    /// The workload whose rows an interruption left with fewer rounds.
    let cut: String?
    /// Workloads that have no row, and why.
    let lost: [(name: String, reason: String)]
    /// What is wrong with a workload, so that there is no result.
    let refusal: String?

    /// One sentence for all that were lost for the same reason.
    var losses: [String] {
      var (reasons, names): ([String], [String: [String]]) = ([], [:])
      for (name, reason) in lost {
        if names[reason] == nil { reasons.append(reason) }
        names[reason, default: []].append(name)
      }
      return reasons.map { reason in
        let names = names[reason] ?? []
        return "\(names[0])\(names.count > 1 ? " and \(names.count - 1) more" : ""): \(reason)"
      }
    }
  }

  let setting: RunSetting
  let tiled: Catalogue
  /// When the run began, for every row.
  let started: String
  /// Where profiles go; nil: none are made.
  let profiles: ProfileFolder?
  /// Other engines that take part.
  let contenders: Contenders

  private var work: [(suite: String, workload: Workload)] { setting.work }

  /// This process makes no thread, as forked children would lack it.
  func run(_ supervisor: Supervisor, _ side: inout SideFile) -> Result {
    let begin = Clock.now()
    var rows = side.done
    let finished = rows.count
    var open: (index: Int, lines: [RowLine])?
    var unreached: [Int] = []
    var refusal: String?
    let due = work.indices.filter { rows[$0] == nil }
    let lost = supervisor.run(due, { measure($0, first: due.first, $1, $2) }) { message in
      if case .unreached(let index) = message { unreached.append(index) }
      if case .refused(_, let text) = message { refusal = text }
      receive(message, &rows, &open, &side, since: begin, finished)
    }
    Console.progress("")
    note(unreached, &rows)
    var cut: String?
    if Interrupt.isSet, let open, !open.lines.isEmpty {
      rows[open.index] = SideFile.rows(open.lines)
      cut = work[open.index].workload.name
    }
    return Result(
      rows: rows.sorted { $0.key < $1.key }.flatMap(\.value), cut: cut,
      lost: lost.map { (work[$0.workload].workload.shownName, $0.reason) }, refusal: refusal)
  }

  /// Rows of workloads that were not reached, and how many they are.
  private func note(_ unreached: [Int], _ rows: inout [Int: [RunRow]]) {
    guard !unreached.isEmpty else { return }
    let (runner, reason) = (runner, "not reached within --budget \(Int(setting.budget.time.value))")
    for index in unreached {
      rows[index] = runner.unreached(work[index].workload, suite: work[index].suite, reason)
    }
    Console.note("cbambench: \(unreached.count) of \(work.count) workloads were \(reason)")
  }

  private var runner: Runner {
    let facts = RunFacts(machine: setting.machine, revision: Revision.current ?? "", started: started)
    return Runner(plan: setting.plan, tiled: tiled, facts: facts, contenders: contenders) { Interrupt.isSet }
  }

  private func receive(
    _ message: RunMessage, _ rows: inout [Int: [RunRow]], _ open: inout (index: Int, lines: [RowLine])?,
    _ side: inout SideFile, since begin: Seconds, _ finished: Int
  ) {
    switch message {
    case .begin(let index):
      open = (index, [])
      let name = work[index].workload.name
      Console.progress(Progress.line(rows.count, work.count, name, before: finished, since: begin))
    case .row(let line): open?.lines.append(line)
    case .done(let index):
      let lines = open?.lines ?? []
      open = nil
      rows[index] = SideFile.rows(lines)
      side.append(index, lines, rows[index] ?? [])
    case .note(let index, let text):
      Console.progress("")
      Console.note("cbambench: \(work[index].workload.shownName): \(text)")
    case .step, .unreached, .refused: break
    }
  }

  /// The child's part.
  private func measure(
    _ open: [Int], first: Int?, _ losses: [Int: Losses], _ send: @escaping (RunMessage) -> Void
  ) {
    Interrupt.obeyParent()
    let runner = runner
    // This process ends without cleaning up.
    defer { contenders.stop() }
    var restless: Set<String> = []
    for (place, index) in open.enumerated() where !Interrupt.isSet {
      let left = open.count - place
      guard let share = setting.budget.share(left: left, isFirst: index == first, now: Clock.now()) else {
        for late in open[place...] { send(.unreached(late)) }
        return
      }
      send(.begin(index))
      let measured = runner.measured(
        work[index].workload, suite: work[index].suite, share: share,
        losses: losses[index] ?? Losses()
      ) { send(.step(index, $0)) }
      if let refusal = measured.refusal {
        send(.refused(index, refusal))
        return
      }
      for row in measured.rows { send(.row(RowLine(row.record))) }
      for name in contenders.restless where restless.insert(name).inserted {
        send(.note(index, "\(name) still uses the processor while others are measured"))
      }
      if Interrupt.isSet { break }
      // First: whatever happens to a profile, the rows are there.
      send(.done(index))
      profiles?.fill(index, measured, limit: setting.limit, isInterrupted: { Interrupt.isSet }, send)
    }
  }
}
