import Records
import Reporting
import Testing

/// The page that holds our kernels against other engines.
@Suite struct PeersReportTests {
  private static func row(
    _ workload: String, _ kernel: String, isa: String = "", threads: Int = 1, _ median: Double?,
    status: Record.Status = .ok, reason: String = "", text: String? = nil
  ) -> Record {
    var record = Record()
    (record.workload, record.workloadText) = (workload, text ?? workload + "@1x1x1x1")
    (record.kernel, record.isa, record.threads, record.medianMs) = (kernel, isa, threads, median)
    (record.status, record.reason, record.machine) = (status.rawValue, reason, "CPU, 2 CPUs")
    if !isa.isEmpty { record.roofFraction = 0.5 }
    return record
  }

  private static let records = [
    row("a", "reference", isa: "baseline", 90), row("a", "tiled/x", isa: "avx2", 2),
    row("a", "fast 1.0", 8), row("a", "slow 2.0", 16),
    row("b", "tiled/y", isa: "avx2", 4), row("b", "fast 1.0", 2),
    row("b", "slow 2.0", nil, status: .skipped, reason: "no | luck"),
    // Wrong results are no competition, however fast.
    row("c", "tiled/z", isa: "avx2", 1), row("c", "fast 1.0", nil, status: .disagrees, reason: "wrong"),
    row("c", "slow 2.0", 1), row("empty", "fast 1.0", 0.25, text: PeersReport.emptyModel),
  ]

  private static func cells(_ line: some StringProtocol) -> [String] {
    line.split(separator: "|").map { $0.split(separator: " ").joined(separator: " ") }
  }

  @Test func everyWorkloadHasItsBestEngine() throws {
    let lines = PeersReport.markdown(Self.records).split(separator: "\n")
    let table = lines.filter { $0.hasPrefix("| ") }.map(Self.cells)
    #expect(table.contains(["a", "1", "tiled/x", "2.00", "50 %", "fast 1.0", "8.00", "4.00×"]))
    #expect(table.contains(["b", "1", "tiled/y", "4.00", "50 %", "fast 1.0", "2.00", "0.500×"]))
    #expect(table.contains(["c", "1", "tiled/z", "1.00", "50 %", "slow 2.0", "1.00", "1.00×"]))
    // ∛(4 · ½ · 1)
    #expect(
      lines.contains("- 1 thread: geometric mean of the ratios 1.26 over 3 workloads; ours is behind in 1."))
    #expect(!table.contains { $0.first == "empty" })
  }

  @Test func enginesHaveTheirMeansAndTheirOverhead() {
    let lines = PeersReport.markdown(Self.records).split(separator: "\n")
    let table = lines.filter { $0.hasPrefix("| ") }.map(Self.cells)
    // √(4 · ½), and √(8 · 1)
    #expect(table.contains(["fast 1.0", "1", "1.41×", "2", "1", "250"]))
    #expect(table.contains { $0.prefix(5) == ["slow 2.0", "1", "2.83×", "2", "1"] })
    #expect(lines.contains("- slow 2.0: skipped: no \\| luck (b)"))
    #expect(lines.contains("- fast 1.0: disagrees: wrong (c)"))
  }

  /// An engine that does not do a kind of workload leaves out dozens for one reason.
  @Test func longListsAreCutShort() {
    let rows = (0..<7).map { Self.row("w\($0)", "slow 2.0", nil, status: .skipped, reason: "no") }
    let page = PeersReport.markdown(rows)
    #expect(page.contains("- slow 2.0: skipped: no (w0, w1, w2 and 4 more)\n"))
    #expect(PeersReport.markdown(Array(rows.prefix(6))).contains("(w0, w1, w2, w3, w4, w5)\n"))
  }

  @Test func aRunWithoutContendersSaysSo() {
    #expect(PeersReport.markdown([]).hasSuffix("No contender took part.\n"))
    #expect(PeersReport.markdown(Array(Self.records.prefix(2))).hasSuffix("No contender took part.\n"))
  }
}
