import Foundation
import Records

/// Records in the formats of other tools. Every number is finite; what was not measured is left out.
public enum Exports {
  /// JSON of Google Benchmark, schema version 1: one entry of type `iteration` per row, times in µs, counts as counters.
  /// Rows without a time carry an error.
  public static func googleBenchmark(_ records: [Record]) -> String {
    let first = records.first
    let context = object(
      [
        ("date", text(first?.started ?? "")), ("host_name", text(first?.machine ?? "")),
        ("executable", text("cbambench")), ("num_cpus", cpus(first).map { String($0) }),
        ("load_avg", "[" + (real(first?.load) ?? "") + "]"), ("library_version", text("cbambench")),
        ("library_build_type", text("release")), ("json_schema_version", "1"),
        ("revision", text(first?.revision ?? "")),
      ], indent: 2)
    let entries = records.enumerated().map { index, row in
      "    " + object(head(row, index) + (isTimed(row) ? times(row) : error(row)), indent: 4)
    }
    return "{\n  \"context\": \(context),\n  \"benchmarks\": [\n"
      + entries.joined(separator: ",\n") + "\n  ]\n}\n"
  }

  private typealias Fields = [(String, String?)]

  private static func head(_ row: Record, _ index: Int) -> Fields {
    [
      ("name", text(name(row))), ("family_index", String(index)), ("per_family_instance_index", "0"),
      ("run_name", text(name(row))), ("run_type", text("iteration")), ("repetitions", "1"),
      ("repetition_index", "0"), ("threads", String(row.threads ?? 1)),
    ]
  }

  private static func times(_ row: Record) -> Fields {
    [
      ("iterations", String(row.samples ?? 1)), ("real_time", real(row.medianMs.map { $0 * 1e3 })),
      ("cpu_time", real((row.cpuMs ?? row.medianMs).map { $0 * 1e3 })), ("time_unit", text("us")),
      ("bytes_per_second", real(row.gbps.map { $0 * 1e9 })),
      ("flops_per_second", real(row.gflops.map { $0 * 1e9 })), ("parameters", integer(row.parameters)),
      ("macs", integer(row.macs)), ("flops", integer(row.flops)),
      ("allocs_per_iter", real(row.allocationsPerCall)),
    ]
  }

  private static func error(_ row: Record) -> Fields {
    [
      ("iterations", "0"), ("real_time", "0.0"), ("cpu_time", "0.0"), ("time_unit", text("us")),
      ("error_occurred", "true"), ("error_message", text("\(row.status): \(row.reason)")),
    ]
  }

  /// The number in front of `CPUs` in the machine column.
  private static func cpus(_ row: Record?) -> Int? {
    row?.machine.split(separator: " ").dropLast().last.flatMap { Int($0) }
  }

  /// Two sides of a comparison in one file: `compare.py filters FILE base/ head/` tells them apart.
  public static func googleBenchmark(_ head: [Record], base: [Record]) -> String {
    func side(_ name: String, _ rows: [Record]) -> [Record] {
      rows.map { row in
        var row = row
        row.suite = name
        return row
      }
    }
    return googleBenchmark(side("base", base) + side("head", head))
  }

  /// For github-action-benchmark, tool `customSmallerIsBetter`: the median of every row that has one.
  /// - Parameter base: rows of the build that it was compared with, told beside.
  public static func gitHubActionTimes(_ records: [Record], base: [Record] = []) -> String {
    let before = Dictionary(base.filter(isTimed).map { (CaseIdentity($0), $0) }) { first, _ in first }
    return array(
      records.filter(isTimed).map { row in
        [
          ("name", text(name(row))), ("unit", text("ms")), ("value", real(row.medianMs)),
          ("range", row.madMs.map { text(String(format: "± %.3g", $0)) }),
          ("extra", extra(row, before[CaseIdentity(row)])),
        ]
      })
  }

  /// For tool `customBiggerIsBetter`: GFLOP/s.
  public static func gitHubActionRates(_ records: [Record]) -> String {
    array(
      records.filter { isTimed($0) && ($0.gflops ?? 0) > 0 }.map { row in
        [
          ("name", text(name(row))), ("unit", text("GFLOP/s")), ("value", real(row.gflops)),
          ("extra", extra(row)),
        ]
      })
  }

  private static func extra(_ row: Record, _ base: Record? = nil) -> String {
    let before = base?.medianMs.map { String(format: "\nbase %.4g ms", $0) } ?? ""
    return text("\(row.workloadText)\n\(row.rounds ?? 0) rounds on \(row.machine)" + before)
  }

  /// Bencher Metric Format: latency in ns with its interval, throughput in calls per second, counts.
  /// - Parameter base: rows of the build that it was compared with, as measure `base-latency`.
  public static func bencher(_ records: [Record], base: [Record] = []) -> String {
    let before = Dictionary(base.filter(isTimed).map { (CaseIdentity($0), $0) }) { first, _ in first }
    let entries = records.filter(isTimed).map { row -> (String, String?) in
      func ns(_ ms: Double?) -> String? { real(ms.map { $0 * 1e6 }) }
      let latency: Fields = [
        ("value", ns(row.medianMs)), ("lower_value", ns(row.ciLowMs)), ("upper_value", ns(row.ciHighMs)),
      ]
      var measures: Fields = [
        ("latency", object(latency, indent: 4)),
        ("throughput", object([("value", real(row.medianMs.map { 1e3 / $0 }))], indent: 4)),
      ]
      if let old = before[CaseIdentity(row)]?.medianMs {
        measures.append(("base-latency", object([("value", ns(old))], indent: 4)))
      }
      for (slug, count) in [("parameters", row.parameters), ("flops", row.flops), ("bytes", row.bytes)] {
        measures.append((slug, count.map { object([("value", String($0))], indent: 4) }))
      }
      // 1024: the longest name that Bencher takes.
      return (String(name(row).prefix(1024)), object(measures, indent: 2))
    }
    return object(entries, indent: 0) + "\n"
  }

  /// Stable between runs and unique within one: `workload/kernel/isa/threads:2`, with the cache where it is not warm.
  static func name(_ row: Record) -> String {
    let suite = row.suite.isEmpty ? "" : row.suite + "/"
    let cache = ["", "hot"].contains(row.cache) ? "" : "/\(row.cache)"
    // Nobody knows the instruction set of a contender.
    let isa = row.isa.isEmpty ? "" : "/\(row.isa)"
    return "\(suite)\(row.workload)/\(row.kernel)\(isa)\(cache)/threads:\(row.threads ?? 1)"
  }

  private static func isTimed(_ row: Record) -> Bool {
    row.status == Record.Status.ok.rawValue && row.medianMs.map { $0 > 0 && $0.isFinite } == true
  }

  private static func text(_ value: String) -> String { JSON.string(value) }

  private static func integer(_ value: Int?) -> String? { value.map { String($0) } }

  private static func real(_ value: Double?) -> String? {
    value.flatMap { $0.isFinite ? String($0) : nil }
  }

  /// Fields without a value are left out.
  private static func object(_ fields: Fields, indent: Int) -> String {
    let space = String(repeating: " ", count: indent)
    let lines = fields.compactMap { name, value in value.map { "\(space)  \(text(name)): \($0)" } }
    return lines.isEmpty ? "{}" : "{\n" + lines.joined(separator: ",\n") + "\n\(space)}"
  }

  private static func array(_ objects: [Fields]) -> String {
    objects.isEmpty
      ? "[]\n" : "[\n" + objects.map { "  " + object($0, indent: 2) }.joined(separator: ",\n") + "\n]\n"
  }
}
