import CaseProfiles
import Measurement
import Reporting

/// The layers of a composite with their times, and the same summed by operator.
struct LayerReport {
  let times: LayerTimes

  var console: String { [layers.console, operators.console, note].joined(separator: "\n") }
  var markdown: String { [layers.markdown, operators.markdown, note].joined(separator: "\n") }

  private var layers: Table {
    var table = Table(
      [
        Table.Header("layer", .left), Table.Header("operator", .left), Table.Header("with", .left),
        Table.Header("output", .left),
      ] + Self.numbers)
    for layer in times.layers {
      table.add(
        [layer.name, layer.keyword, layer.fused.joined(separator: ", "), layer.output.description]
          + cells(layer.time, layer.work))
    }
    return table
  }

  /// Kinds of operators, the one that takes longest first.
  private var operators: Table {
    var table = Table([Table.Header("operator", .left), Table.Header("layers")] + Self.numbers)
    let kinds = Dictionary(grouping: times.layers, by: \.keyword).map { Kind(keyword: $0, layers: $1) }
      .sorted { ($1.time.value, $0.keyword) < ($0.time.value, $1.keyword) }
    for kind in kinds {
      table.add([kind.keyword, Numbers.count(kind.layers.count)] + cells(kind.time, kind.work))
    }
    return table
  }

  private struct Kind {
    let keyword: String
    let layers: [LayerTimes.Layer]
    var time: Seconds { layers.reduce(Seconds(0)) { $0 + $1.time } }
    var work: StageCosts.Work { layers.dropFirst().reduce(layers[0].work) { $0 + $1.work } }
  }

  private static let numbers = ["µs", "share", "MFLOP", "GFLOP/s", "GB/s"].map { Table.Header($0) }

  private func cells(_ time: Seconds, _ work: StageCosts.Work) -> [String] {
    func rate(_ amount: Int) -> String {
      amount > 0 ? Numbers.significant(Double(amount) / time.value * 1e-9) : ""
    }
    return [
      Numbers.significant(time.value * 1e6), Numbers.percent(time.value / times.sum.value),
      work.flops > 0 ? Numbers.significant(Double(work.flops) * 1e-6) : "", rate(work.flops),
      rate(work.bytes),
    ]
  }

  private var note: String {
    "medians of \(Numbers.count(times.calls)) calls; layers sum to \(Numbers.significant(times.sum.milliseconds)) ms, "
      + "a call without clocks between them takes \(Numbers.significant(times.call.milliseconds)) ms\n"
  }
}
