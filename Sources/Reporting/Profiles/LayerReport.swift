import CaseProfiles
import Measurement
import Records

/// The layers of a composite with their times, and the same summed by operator.
struct LayerReport {
  let times: LayerTimes

  var console: String { [layers.console, operators.console, note].joined(separator: "\n") }
  var markdown: String { [layers.markdown, operators.markdown, note].joined(separator: "\n") }

  private var layers: Table {
    let columns: [Column<LayerTimes.Layer>] = [
      Column("layer", text: { $0.name }).shown(), Column("operator", text: { $0.keyword }).shown(),
      Column("with", text: { $0.fused.joined(separator: ", ") }).shown(),
      Column("output", text: { $0.output.description }).shown(),
    ]
    return Listing(times.layers, columns + numbers.map { $0.of { Timed(time: $0.time, work: $0.work) } })
      .table()
  }

  /// Kinds of operators, the one that takes longest first.
  private var operators: Table {
    let columns: [Column<Kind>] = [
      Column("operator", text: { $0.keyword }).shown(), Column("layers", integer: { $0.layers }).shown(),
    ]
    let kinds = Dictionary(grouping: times.layers, by: \.keyword).map { Kind($0, $1) }
      .sorted { ($1.timed.time.value, $0.keyword) < ($0.timed.time.value, $1.keyword) }
    return Listing(kinds, columns + numbers.map { $0.of { $0.timed } }).table()
  }

  private struct Kind: Sendable {
    let keyword: String
    let layers: Int
    let timed: Timed

    init(_ keyword: String, _ layers: [LayerTimes.Layer]) {
      (self.keyword, self.layers) = (keyword, layers.count)
      timed = Timed(
        time: layers.reduce(Seconds(0)) { $0 + $1.time },
        work: layers.reduce(StageCosts.Work()) { $0 + $1.work })
    }
  }

  /// Work and how long it took.
  private struct Timed: Sendable {
    let time: Seconds
    let work: StageCosts.Work

    /// 10⁹ per second; nil where there is nothing to count.
    func rate(_ amount: Int) -> Double? { amount > 0 ? Double(amount) / time.value * 1e-9 : nil }
  }

  private var numbers: [Column<Timed>] {
    let sum = times.sum.value
    return [
      Column("us", real: { $0.time.value * 1e6 }).shown("µs"),
      Column("share", real: { $0.time.value / sum }).shown(nil, .percent),
      Column("mflop", real: { $0.work.flops > 0 ? Double($0.work.flops) * 1e-6 : nil }).shown("MFLOP"),
      Column("gflops", real: { $0.rate($0.work.flops) }).shown("GFLOP/s"),
      Column("gbps", real: { $0.rate($0.work.bytes) }).shown("GB/s"),
    ]
  }

  private var note: String {
    "medians of \(Numbers.count(times.calls)) calls; layers sum to \(Numbers.significant(times.sum.milliseconds)) ms, "
      + "a call without clocks between them takes \(Numbers.significant(times.call.milliseconds)) ms\n"
  }
}
