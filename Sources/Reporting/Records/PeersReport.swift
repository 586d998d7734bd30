import Foundation
import PlainText
import Records

/// Our kernels beside other engines, from the records of one run with contenders.
public enum PeersReport {
  /// A workload that computes next to nothing: what an engine takes for it is the price of a call.
  public static let emptyModel = "relu@1x16x1x1"

  /// A workload on so many threads: our kernel and the fastest engine whose result is right.
  private struct Pair {
    let workload: String
    let threads: Int
    let ours: Record?
    let best: Record?

    /// Above 1: ours is faster.
    var ratio: Double? {
      guard let ours = ours?.medianMs, let theirs = best?.medianMs, ours > 0 else { return nil }
      return theirs / ours
    }
  }

  /// An engine on so many threads, over all workloads.
  private struct Standing {
    let name: String
    let threads: Int
    /// Its times as multiples of ours.
    let ratios: [Double]
    let unmeasured: Int
    /// Of a call that computes nothing.
    let overhead: Double?
  }

  /// Markdown: every workload and thread count, the engines as a whole, and what could not be measured.
  /// - Parameter records: of one run; those of engines have no instruction set.
  public static func markdown(_ records: [Record]) -> String {
    let records = records.filter { $0.kernel != "reference" }
    let engines = unique(records.filter(isOfEngine).map(\.kernel))
    guard !engines.isEmpty else { return "# Our kernels beside other engines\n\nNo contender took part.\n" }
    let pairs = pairs(records.filter { $0.workloadText != emptyModel })
    return [
      "# Our kernels beside other engines", heading(records), "## Workloads", summary(pairs),
      Listing(pairs, columns, grouped: 1) { [$0.workload] }.table().markdown, "## Engines",
      "Geometric mean of an engine's times divided by ours, over the workloads that both computed. A call with an empty model "
        + "(`\(emptyModel)`) tells what the engine's interface costs: compare it with the times of small workloads.",
      Listing(standings(records, engines), engineColumns).table().markdown, unmeasured(records),
    ].filter { !$0.isEmpty }.joined(separator: "\n\n").replacing("\n\n\n", with: "\n\n")
  }

  private static func isOfEngine(_ record: Record) -> Bool { record.isa.isEmpty }

  private static func isTimed(_ record: Record) -> Bool {
    record.status == Record.Status.ok.rawValue && (record.medianMs ?? 0) > 0
  }

  private static func heading(_ records: [Record]) -> String {
    let first = records.first
    let facts = [
      first?.machine, first.map { "revision \($0.revision.isEmpty ? "unknown" : $0.revision)" },
      first.map { "started \($0.started)" },
    ]
    return facts.compactMap { $0 }.joined(separator: "; ")
      + ". Medians of rounds in which all take their turns in shuffled "
      + "order, on the same bits of input and weights. Every result was checked before it was timed. The ratio is the best "
      + "engine's time divided by ours: above 1 ours is faster."
  }

  private static func unique(_ names: [String]) -> [String] {
    var seen: Set<String> = []
    return names.filter { seen.insert($0).inserted }
  }

  private static func pairs(_ records: [Record]) -> [Pair] {
    unique(records.map(\.workloadText)).flatMap { text in
      let rows = records.filter { $0.workloadText == text }
      return Set(rows.compactMap(\.threads)).sorted().map { threads in
        let timed = rows.filter { $0.threads == threads && isTimed($0) }
        func fastest(_ rows: [Record]) -> Record? {
          rows.min { ($0.medianMs ?? .infinity) < ($1.medianMs ?? .infinity) }
        }
        return Pair(
          workload: rows.first?.workload ?? text, threads: threads,
          ours: fastest(timed.filter { !isOfEngine($0) }), best: fastest(timed.filter(isOfEngine)))
      }
    }
  }

  private static func summary(_ pairs: [Pair]) -> String {
    Set(pairs.map(\.threads)).sorted().map { threads in
      let ratios = pairs.filter { $0.threads == threads }.compactMap(\.ratio)
      let behind = ratios.count { $0 < 1 }
      return
        "- \(threads) \(threads == 1 ? "thread" : "threads"): geometric mean of the ratios "
        + "\(Numbers.significant(geometricMean(ratios))) over \(ratios.count) workloads; ours is behind in \(behind)."
    }.joined(separator: "\n")
  }

  private static func geometricMean(_ values: [Double]) -> Double? {
    values.isEmpty ? nil : exp(values.reduce(0) { $0 + log($1) } / Double(values.count))
  }

  private static func standings(_ records: [Record], _ engines: [String]) -> [Standing] {
    let threads = Set(records.compactMap(\.threads)).sorted()
    return engines.flatMap { name in
      threads.map { threads in
        let here = records.filter { $0.threads == threads }
        let rows = here.filter { $0.kernel == name && isOfEngine($0) && $0.workloadText != emptyModel }
        let ratios = rows.filter(isTimed).compactMap { row -> Double? in
          let ours = here.filter { !isOfEngine($0) && isTimed($0) && $0.workloadText == row.workloadText }
            .compactMap(\.medianMs).min()
          return ours.flatMap { ours in row.medianMs.map { $0 / ours } }
        }
        let empty = here.first { $0.kernel == name && $0.workloadText == emptyModel && isTimed($0) }
        return Standing(
          name: name, threads: threads, ratios: ratios, unmeasured: rows.count { !isTimed($0) },
          overhead: empty?.medianMs)
      }
    }
  }

  /// One line for all workloads that an engine leaves out for the same reason.
  private static func unmeasured(_ records: [Record]) -> String {
    let rows = records.filter { isOfEngine($0) && !isTimed($0) }
    guard !rows.isEmpty else { return "" }
    let kinds = unique(rows.map { "\($0.kernel): \($0.status): \($0.reason)" })
    let lines = kinds.map { kind in
      let names = unique(
        rows.filter { "\($0.kernel): \($0.status): \($0.reason)" == kind }.map(\.workload))
      return "- \(Markdown.escaped(kind)) (\(list(names)))"
    }
    return "## Not measured\n\n" + lines.joined(separator: "\n") + "\n"
  }

  /// So many names are told, or fewer and how many more there are.
  private static let mostNames = 6

  private static func list(_ names: [String]) -> String {
    let told = names.count > mostNames ? Array(names.prefix(mostNames / 2)) : names
    let more = names.count - told.count
    return told.map { Markdown.escaped($0) }.joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
  }

  private static let columns: [Column<Pair>] = [
    Column("workload", text: { $0.workload }).shown(),
    Column("threads", integer: { $0.threads }).shown("T"),
    Column("kernel", text: { $0.ours?.kernel ?? "" }).shown("our kernel"),
    Column("median_ms", real: { $0.ours?.medianMs }).shown("our ms"),
    Column("roof_fraction", real: { $0.ours?.roofFraction }).shown("of roof", .percent),
    Column("best", text: { $0.best?.kernel ?? "" }).shown("best engine"),
    Column("best_ms", real: { $0.best?.medianMs }).shown("its ms"),
    Column("ratio", real: { $0.ratio }).shown("ratio", .times),
  ]

  private static let engineColumns: [Column<Standing>] = [
    Column("engine", text: { $0.name }).shown(),
    Column("threads", integer: { $0.threads }).shown("T"),
    Column("ratio", real: { geometricMean($0.ratios) }).shown("its time / ours", .times),
    Column("workloads", integer: { $0.ratios.count }).shown(),
    Column("unmeasured", integer: { $0.unmeasured }).shown("not measured"),
    Column("overhead", real: { $0.overhead.map { $0 * 1e3 } }).shown("empty call, µs"),
  ]
}
