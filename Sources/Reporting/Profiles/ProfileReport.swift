import CaseProfiles
import Measurement
import PlainText
import Profiling
import Records

/// A profile in all its forms.
public struct ProfileReport {
  private let profile: CaseProfile
  private let other: OtherProfile?
  private let layers: LayerReport?
  private let usableCPUs: Int
  private static let shownFunctions = 20

  /// - Parameters:
  ///   - other: what it is compared with.
  ///   - layers: what the layers take, if that is asked for.
  public init(
    _ profile: CaseProfile, other: OtherProfile?, layers: LayerTimes? = nil,
    usableCPUs: Int = Machine().usableCPUs
  ) {
    self.usableCPUs = usableCPUs
    self.profile = profile
    self.other = other
    self.layers = layers.map { LayerReport(times: $0) }
  }

  /// The forms by a file's ending.
  public static var forms: [FileForm<ProfileReport>] {
    [
      FileForm(".prof") { $0.profile.recorded.bytes }, FileForm(".pb.gz") { $0.pprof },
      FileForm(".folded", text: \.collapsed), FileForm(".speedscope.json", text: \.speedscope),
      FileForm(".svg", text: \.flameGraph.svg), FileForm(".txt", text: \.text),
      FileForm(".md", text: \.markdown),
    ]
  }

  private var title: String { profile.title + (other.map { " against \($0.title ?? $0.path)" } ?? "") }

  private var flameGraph: FlameGraph { FlameGraph(profile.stacks, title: title, before: other?.stacks) }
  private var speedscope: String { Speedscope.text(profile.stacks, name: profile.title) }
  private var pprof: [UInt8] {
    Pprof.file(profile.stacks, wall: profile.times.wall, comments: [profile.title])
  }
  private var collapsed: String {
    other.map { CollapsedStacks.difference($0.stacks, profile.stacks) }
      ?? CollapsedStacks.text(profile.stacks)
  }

  /// For a terminal.
  public var text: String {
    [head(profile.title), stages.console, idle, functions.console].joined(separator: "\n")
      + [changes?.console, layers?.console].compactMap { $0 }.map { "\n" + $0 }.joined()
  }

  private var markdown: String {
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

  /// A stage, or the time in which nothing ran.
  private struct StageRow: Sendable {
    let name: String
    var isRunning = true
    /// Of all that the workers could have used: T × wall.
    let share: Double
    let seconds: Double
    /// The share of each worker.
    var workers: [Double] = []
    var microsecondsPerCall: Double?
    var gflops: Double?
    var gbps: Double?
  }

  private static func stageColumns(workers: Int) -> [Column<StageRow>] {
    let each = (0..<workers).map { worker in
      Column<StageRow>("worker_\(worker)", real: { $0.isRunning ? $0.workers[worker] : nil })
        .shown("worker \(worker)", .percent)
    }
    return [
      Column("stage", text: { $0.name }).shown(), Column("share", real: { $0.share }).shown(nil, .percent),
      Column("cpu_s", real: { $0.seconds }).shown("CPU s"),
    ] + each + [
      Column("us_per_call", real: { $0.microsecondsPerCall }).shown("µs/call"),
      Column("gflops", real: { $0.gflops }).shown("GFLOP/s"),
      Column("gbps", real: { $0.gbps }).shown("GB/s"),
    ]
  }

  private var stages: Table {
    let times = profile.times
    func share(_ time: Seconds) -> Double { time.value / times.available.value }
    var rows = times.stages.filter { $0.samples > 0 }.map { stage in
      let (time, rates) = (times.time(stage.samples), profile.rates(stage))
      return StageRow(
        name: stage.name, share: share(time), seconds: time.value,
        workers: stage.workers.map { share(times.time($0)) },
        microsecondsPerCall: time.value / Double(profile.calls) * 1e6, gflops: rates?.gflops,
        gbps: rates?.gbps)
    }
    rows.append(
      StageRow(
        name: "not running", isRunning: false, share: share(times.parked), seconds: times.parked.value))
    let columns = Self.stageColumns(workers: times.threads)
    return Listing(rows, columns, grouped: 0) { ["\($0.isRunning)"] }.table()
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
    let columns: [Column<StackProfile.Function>] = [
      Column("self", real: { Double($0.itself) / total }).shown(nil, .percent),
      Column("cumulative", real: { Double($0.cumulative) / total }).shown(nil, .percent),
      Column("function", text: { $0.name }).shown(),
    ]
    let functions = profile.stacks.functions(below: Attribution.roots)
    return Listing(Array(functions.prefix(ProfileReport.shownFunctions)), columns).table()
  }

  private static let changeColumns: [Column<StackProfile.Change>] = [
    Column("before", real: { $0.before }).shown(nil, .percent),
    Column("now", real: { $0.now }).shown(nil, .percent),
    Column("change", real: { $0.now - $0.before }).shown(
      nil,
      .custom { change in
        let points = (change.now - change.before) * 100
        return (points < 0 ? "−" : "+") + Numbers.fixed(abs(points), 1)
      }),
    Column("function", text: { $0.name }).shown("function (self)"),
  ]

  /// Functions whose share of the samples changed most.
  private var changes: Table? {
    other.map { other in
      let changes = profile.stacks.changes(since: other.stacks, below: Attribution.roots)
      return Listing(Array(changes.prefix(ProfileReport.shownFunctions)), Self.changeColumns).table()
    }
  }
}
