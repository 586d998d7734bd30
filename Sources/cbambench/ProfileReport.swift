import CaseProfiles
import Measurement
import PlainText
import Profiling
import Reporting

/// A profile in all its forms.
struct ProfileReport {
  let profile: CaseProfile
  private let other: OtherProfile?
  private let layers: LayerReport?
  private let usableCPUs: Int
  private static let shownFunctions = 20

  /// - Parameters:
  ///   - other: what it is compared with.
  ///   - layers: what the layers take, if that is asked for.
  init(
    _ profile: CaseProfile, other: OtherProfile?, layers: LayerTimes? = nil,
    usableCPUs: Int = Machine().usableCPUs
  ) {
    self.usableCPUs = usableCPUs
    self.profile = profile
    self.other = other
    self.layers = layers.map { LayerReport(times: $0) }
  }

  private var title: String { profile.title + (other.map { " against \($0.title ?? $0.path)" } ?? "") }

  var flameGraph: FlameGraph { FlameGraph(profile.stacks, title: title, before: other?.stacks) }
  var speedscope: String { Speedscope.text(profile.stacks, name: profile.title) }
  var pprof: [UInt8] { Pprof.file(profile.stacks, wall: profile.times.wall, comments: [profile.title]) }
  var collapsed: String {
    other.map { CollapsedStacks.difference($0.stacks, profile.stacks) }
      ?? CollapsedStacks.text(profile.stacks)
  }

  var text: String {
    [head(profile.title), stages.console, idle, functions.console].joined(separator: "\n")
      + [changes?.console, layers?.console].compactMap { $0 }.map { "\n" + $0 }.joined()
  }

  var markdown: String {
    [head(Markdown.escaped(profile.title, beginsLine: true)), stages.markdown, idle, functions.markdown]
      .joined(separator: "\n")
      + [changes?.markdown, layers?.markdown].compactMap { $0 }.map { "\n" + $0 }.joined()
  }

  private func head(_ title: String) -> String {
    let (plain, sampled) = (profile.plainMedian, profile.profiledMedian)
    let change = (sampled.value / plain.value - 1) * 100
    return """
      \(title): \(Numbers.count(profile.calls)) calls in \(Numbers.significant(profile.times.wall.value)) s, \
      \(Numbers.count(profile.times.samples)) samples
      median \(Numbers.significant(sampled.milliseconds)) ms, \(Numbers.significant(plain.milliseconds)) ms without the \
      profiler (\(change < 0 ? "−" : "+")\(Numbers.fixed(abs(change), 1)) %)

      """
  }

  /// Shares are of all that the workers could have used: T × wall.
  private var stages: Table {
    let times = profile.times
    let workers = (0..<times.threads).map { Table.Header("worker \($0)") }
    var table = Table(
      [Table.Header("stage", .left), Table.Header("share"), Table.Header("CPU s")] + workers
        + [Table.Header("µs/call"), Table.Header("GFLOP/s"), Table.Header("GB/s")])
    func share(_ time: Seconds) -> String { Numbers.percent(time.value / times.available.value) }
    for stage in times.stages where stage.samples > 0 {
      let (time, rates) = (times.time(stage.samples), profile.rates(stage))
      table.add(
        [stage.name, share(time), Numbers.significant(time.value)]
          + stage.workers.map { share(times.time($0)) }
          + [
            Numbers.significant(time.value / Double(profile.calls) * 1e6), Numbers.significant(rates?.gflops),
            Numbers.significant(rates?.gbps),
          ])
    }
    let blank = workers.map { _ in "" }
    table.add(
      ["not running", share(times.parked), Numbers.significant(times.parked.value)] + blank + ["", "", ""],
      beginsGroup: true)
    return table
  }

  private var idle: String {
    let times = profile.times
    return """
      idle (waiting and not running): \(Numbers.percent(times.idleShare)) of \(times.threads) × \
      \(Numbers.significant(times.wall.value)) s; stages and the time not running account for \
      \(Numbers.percent(times.accounted)) of it
      named functions: \(Numbers.percent(profile.stacks.namedShare)) of the samples; rates are of one thread while it is in \
      the stage
      \(remarks.map { $0 + "\n" }.joined())
      """
  }

  /// What the shares of workers do not say by themselves.
  private var remarks: [String] {
    let (silent, threads) = (profile.times.silentWorkers, profile.times.threads)
    var remarks: [String] = []
    if threads > usableCPUs {
      remarks.append("oversubscribed: \(threads) threads on \(usableCPUs) usable CPUs")
    }
    if !silent.isEmpty {
      let subject = silent.count == 1 ? "worker" : "workers"
      remarks.append(
        "no samples of \(subject) \(silent.map(String.init).joined(separator: ", ")): no tiles were left, or other "
          + "processes had the CPU")
    }
    return remarks
  }

  private var functions: Table {
    let total = Double(max(1, profile.stacks.total))
    var table = Table([Table.Header("self"), Table.Header("cumulative"), Table.Header("function", .left)])
    for function in profile.stacks.functions(below: Attribution.roots).prefix(ProfileReport.shownFunctions) {
      table.add([
        Numbers.percent(Double(function.itself) / total),
        Numbers.percent(Double(function.cumulative) / total),
        function.name,
      ])
    }
    return table
  }

  /// Functions whose share of the samples changed most.
  private var changes: Table? {
    guard let other else { return nil }
    var table = Table([
      Table.Header("before"), Table.Header("now"), Table.Header("change"),
      Table.Header("function (self)", .left),
    ])
    for change in profile.stacks.changes(since: other.stacks, below: Attribution.roots)
      .prefix(ProfileReport.shownFunctions)
    {
      let points = (change.now - change.before) * 100
      table.add([
        Numbers.percent(change.before), Numbers.percent(change.now),
        (points < 0 ? "−" : "+") + Numbers.fixed(abs(points), 1), change.name,
      ])
    }
    return table
  }
}
