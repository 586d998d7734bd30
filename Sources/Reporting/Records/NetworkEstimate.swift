import PlainText
import Records

/// What a network takes, from its layers measured one by one: `Σ multiplicity · median` over the distinct layers.
///
/// A real run differs: there a layer finds its input as the layer before left it, and its weights may have left the cache.
public enum NetworkEstimate {
  /// Cases that are summed up: one kernel request on one instruction set with one thread count.
  private struct Series: Hashable {
    let request: String
    let isa: String
    /// Nil: no layer ran.
    let threads: Int?
  }

  private struct Layer {
    let name: String
    let multiplicity: Int
    let rows: [Record]
  }

  /// A line per series for every suite that has a multiplicity above 1; empty if none has.
  public static func text(_ records: [Record]) -> String {
    text(records, bullet: "  ") { line, _ in line }
  }

  /// The same as Markdown.
  public static func markdown(_ records: [Record]) -> String {
    text(records, bullet: "- ") { Markdown.escaped($0, beginsLine: $1) }
  }

  private static func text(
    _ records: [Record], bullet: String, _ escaped: (_ line: String, _ isBeginning: Bool) -> String
  ) -> String {
    unique(records.map(\.suite)).map { suite in
      let rows = records.filter { $0.suite == suite }
      guard rows.contains(where: { $0.multiplicity ?? 1 > 1 }) else { return "" }
      let lines = table(layers(rows), series(rows)).map { bullet + escaped($0, false) + "\n" }.joined()
      let head =
        "\(suite): every median times its multiplicity, summed over the layers above, "
        + "which were measured alone, \(caches(rows)):"
      return "\n" + escaped(head, true) + "\n\n" + lines
    }.joined()
  }

  private static func caches(_ rows: [Record]) -> String {
    let states = unique(rows.map(\.cache)).filter { !$0.isEmpty && $0 != "hot" }
    return states.isEmpty ? "warm" : "with caches \(states.joined(separator: " and "))"
  }

  private static func layers(_ rows: [Record]) -> [Layer] {
    unique(rows.map { [$0.workload, $0.workloadText] }).map { identity in
      let rows = rows.filter { [$0.workload, $0.workloadText] == identity }
      return Layer(name: identity[0], multiplicity: rows[0].multiplicity ?? 1, rows: rows)
    }
  }

  private static func series(_ rows: [Record]) -> [Series] {
    let all = unique(rows.map { Series(request: request($0), isa: $0.isa, threads: $0.threads) })
    // A refused kernel has no thread count: it is missing in those of its request.
    return all.filter { one in
      one.threads != nil
        || !all.contains { $0.request == one.request && $0.isa == one.isa && $0.threads != nil }
    }
  }

  private static func request(_ row: Record) -> String {
    row.kernel == "reference" ? "reference" : row.requestedKernel
  }

  private static func table(_ layers: [Layer], _ series: [Series]) -> [String] {
    let count = Weighted.sum(layers.map { ($0.multiplicity, 1) })
    let macs = Weighted.sum(layers.map { ($0.multiplicity, $0.rows[0].macs ?? 0) })
    let work =
      "\(count.map { Numbers.count($0) } ?? Weighted.tooLarge) layers, "
      + "\(macs.map { Numbers.scaled($0) } ?? Weighted.tooLarge) MACs"
    let width = series.map { label($0).count }.max() ?? 0
    return series.map { one in
      let place =
        label(one).padded(to: width) + "  " + one.isa.padded(to: 8) + "  "
        + (one.threads.map { "T = \($0)" } ?? "").padded(to: 6)
      let medians = layers.map { median(one, $0) }
      let missing = zip(layers, medians).filter { $0.1 == nil }.map(\.0.name)
      guard missing.isEmpty else { return "\(place)  no estimate: missing \(list(missing))" }
      let total = zip(layers, medians).reduce(0) { $0 + Double($1.0.multiplicity) * ($1.1 ?? 0) }
      return "\(place)  \(Numbers.significant(total)) ms for \(work)"
    }
  }

  private static func label(_ series: Series) -> String {
    ["all", "rivals"].contains(series.request) ? "\(series.request), the fastest" : series.request
  }

  /// The layer's time; nil if a row is not ok. Of several kernels (`all`, `rivals`) the fastest counts.
  private static func median(_ series: Series, _ layer: Layer) -> Double? {
    let rows = layer.rows.filter { matches($0, series) && $0.threads == series.threads }
    guard rows.allSatisfy({ $0.status == Record.Status.ok.rawValue }) else { return nil }
    return rows.compactMap(\.medianMs).min()
  }

  /// Whether a row answers a request. A kernel that several requests choose has one row, under the first of them.
  private static func matches(_ row: Record, _ series: Series) -> Bool {
    guard row.isa == series.isa else { return false }
    return switch series.request {
    case "reference": row.kernel == "reference"
    case "all": row.kernel != "reference"
    default: row.requestedKernel == series.request || row.kernel == series.request
    }
  }

  private static func list(_ names: [String]) -> String {
    let most = 6
    let rest = names.count > most ? " and \(names.count - most) more" : ""
    return names.prefix(most).joined(separator: ", ") + rest
  }

  private static func unique<T: Hashable>(_ values: [T]) -> [T] {
    var seen: Set<T> = []
    return values.filter { seen.insert($0).inserted }
  }
}

/// Sums over layers that occur several times.
public enum Weighted {
  /// In place of a sum that does not fit.
  public static let tooLarge = "2^63 or more"

  /// `Σ multiplicity · value`; nil if it does not fit.
  public static func sum(_ terms: [(multiplicity: Int, value: Int)]) -> Int? {
    var total = 0
    for (multiplicity, value) in terms {
      let (product, tooLarge) = multiplicity.multipliedReportingOverflow(by: value)
      let (next, overflow) = total.addingReportingOverflow(product)
      guard !tooLarge && !overflow else { return nil }
      total = next
    }
    return total
  }
}
