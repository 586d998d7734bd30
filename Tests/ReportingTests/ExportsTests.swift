import Foundation
import Records
import Reporting
import Testing

/// The field rules of other tools' formats.
@Suite struct ExportsTests {
  private var records: [Record] {
    var row = Record()
    (row.suite, row.workload, row.workloadText) = ("ci", "a \"b\"\\", "relu@1x1x1x1")
    (row.kernel, row.isa, row.threads, row.cache, row.status) = ("tiled/x", "avx2", 2, "hot", "ok")
    (row.medianMs, row.madMs, row.ciLowMs, row.ciHighMs, row.cpuMs) = (0.5, 0.01, 0.4, 0.6, 0.9)
    (row.gflops, row.gbps, row.flops, row.parameters, row.samples) = (3, .infinity, 1500, 0, 70)
    (row.machine, row.started, row.load) = ("Some CPU, 2 CPUs", "2026-01-02T03:04:05Z", 0.5)
    var cold = row
    (cold.cache, cold.gflops) = ("cold", 0)
    var failed = row
    (failed.status, failed.reason, failed.medianMs, failed.kernel) = ("failed", "crashed", nil, "tiled/y")
    return [row, cold, failed]
  }

  private func parse<T>(_ text: String, _ type: T.Type = T.self) throws -> T {
    // JSONSerialization refuses NaN and infinities.
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? T)
  }

  @Test func googleBenchmark() throws {
    let root = try parse(Exports.googleBenchmark(records), [String: Any].self)
    let context = try #require(root["context"] as? [String: Any])
    #expect(context["json_schema_version"] as? Int == 1 && context["num_cpus"] as? Int == 2)
    #expect(context["date"] as? String == "2026-01-02T03:04:05Z" && context["load_avg"] as? [Double] == [0.5])
    #expect(context["library_build_type"] as? String == "release")
    let rows = try #require(root["benchmarks"] as? [[String: Any]])
    #expect(rows.count == 3)
    for row in rows {
      for (key, isRight) in [
        ("name", row["name"] is String), ("run_name", row["run_name"] is String),
        ("run_type", row["run_type"] as? String == "iteration"), ("threads", row["threads"] as? Int == 2),
        ("iterations", row["iterations"] is Int), ("real_time", row["real_time"] is Double),
        ("cpu_time", row["cpu_time"] is Double), ("time_unit", row["time_unit"] as? String == "us"),
        ("family_index", row["family_index"] is Int),
        ("repetition_index", row["repetition_index"] as? Int == 0),
        ("repetitions", row["repetitions"] as? Int == 1),
      ] { #expect(isRight, "\(key)") }
    }
    #expect(rows[0]["name"] as? String == "ci/a \"b\"\\/tiled/x/avx2/threads:2")
    #expect(rows[0]["real_time"] as? Double == 500 && rows[0]["bytes_per_second"] == nil)
    #expect(
      rows[2]["error_occurred"] as? Bool == true && rows[2]["error_message"] as? String == "failed: crashed")
    #expect(Set(rows.compactMap { $0["name"] as? String }).count == 3)
    #expect(try parse(Exports.googleBenchmark([]), [String: Any].self)["benchmarks"] as? [Int] == [])
  }

  @Test func gitHubAction() throws {
    let times = try parse(Exports.gitHubActionTimes(records), [[String: Any]].self)
    #expect(times.count == 2 && Set(times.compactMap { $0["name"] as? String }).count == 2)
    for row in times {
      #expect(row["value"] as? Double == 0.5 && row["unit"] as? String == "ms")
      #expect(row["range"] as? String == "± 0.01" && row["extra"] is String)
      #expect(Set(row.keys) == ["name", "unit", "value", "range", "extra"])
    }
    let rates = try parse(Exports.gitHubActionRates(records), [[String: Any]].self)
    #expect(rates.count == 1 && rates[0]["value"] as? Double == 3 && rates[0]["unit"] as? String == "GFLOP/s")
    #expect(Exports.gitHubActionTimes([]) == "[]\n")
  }

  @Test func bencher() throws {
    let root = try parse(Exports.bencher(records), [String: [String: [String: Double]]].self)
    #expect(root.count == 2)
    for (name, measures) in root {
      #expect(!name.isEmpty && name.count <= 1024)
      #expect(measures["latency"] == ["value": 5e5, "lower_value": 4e5, "upper_value": 6e5])
      #expect(measures["throughput"] == ["value": 2000] && measures["flops"] == ["value": 1500])
      #expect(measures.keys.allSatisfy { $0.count <= 64 } && measures["bytes"] == nil)
    }
    #expect(Exports.bencher([]) == "{}\n")
  }

  /// A comparison has two sides: where a format can name both it does.
  @Test func comparisons() throws {
    var old = records
    for index in old.indices { old[index].medianMs = old[index].medianMs.map { $0 * 2 } }
    let root = try parse(Exports.googleBenchmark(records, base: old), [String: Any].self)
    let rows = try #require(root["benchmarks"] as? [[String: Any]])
    let names = rows.compactMap { $0["name"] as? String }
    #expect(Set(names).count == 6)
    // What `compare.py filters FILE base/ head/` does: the names without the prefix are those of both sides.
    func side(_ name: String) -> [String] {
      names.filter { $0.contains(name) }.map { $0.replacing(name, with: "", maxReplacements: 1) }
    }
    #expect(side("base/") == side("head/") && side("head/").count == 3)
    #expect(rows[0]["real_time"] as? Double == 1000 && rows[3]["real_time"] as? Double == 500)
    let times = try parse(Exports.gitHubActionTimes(records, base: old), [[String: Any]].self)
    #expect(
      (times[0]["extra"] as? String)?.hasSuffix("\nbase 1 ms") == true && times[0]["value"] as? Double == 0.5)
    let metrics = try parse(
      Exports.bencher(records, base: old), [String: [String: [String: Double]]].self)
    for (_, measures) in metrics {
      #expect(measures["base-latency"] == ["value": 1e6] && measures["latency"]?["value"] == 5e5)
    }
  }
}
