import Records
import Reporting
import Testing

@Suite struct RunTableTests {
  private func record(
    _ suite: String, _ workload: String, text: String = "relu@1x1x1x1", kernel: String = "reference",
    status: Record.Status = .ok, reason: String = ""
  ) -> Record {
    var record = Record()
    (record.suite, record.workload, record.workloadText) = (suite, workload, text)
    (record.kernel, record.status, record.reason) = (kernel, status.rawValue, reason)
    (record.parameters, record.flops) = (1234, 56_789)
    return record
  }

  /// The first cells of every row: workload and parameters.
  private func costs(_ records: [Record]) -> [[String]] {
    RunTable.table(records).rows.map { Array($0.prefix(2)) }
  }

  @Test func costsAreShownOncePerWorkload() {
    let records = [record("s", "a"), record("s", "a", kernel: "tiled"), record("s", "b")]
    #expect(costs(records) == [["a", "1.23 k"], ["", ""], ["b", "1.23 k"]])
    let lines = RunTable.table(records).console.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines[4].isEmpty && lines[5].hasPrefix("b"))
  }

  @Test func suitesWithTheSameNameAreTwoWorkloads() {
    #expect(costs([record("s", "a"), record("t", "a")]) == [["a", "1.23 k"], ["a", "1.23 k"]])
    let texts = [record("s", "a", text: "relu@1x1x1x1"), record("s", "a", text: "relu@1x1x1x2")]
    #expect(costs(texts) == [["a", "1.23 k"], ["a", "1.23 k"]])
  }

  @Test func remarksAreThereWhenNeeded() {
    let fine = record("s", "a")
    let skipped = record("s", "a", kernel: "tiled", status: .skipped, reason: "no tiled kernel")
    let (without, with) = (RunTable.table([fine]), RunTable.table([fine, skipped]))
    #expect(with.headers.count == without.headers.count + 1)
    #expect(with.rows.map(\.last) == ["", "skipped: no tiled kernel"])
    #expect(RunTable.table([]).rows.isEmpty)
  }

  /// The CSV has a column for it; a table without a mark would pass such times for the machine's.
  @Test func oversubscribedRowsAreMarked() {
    var (plain, crowded) = (record("s", "a"), record("s", "a"))
    (plain.threads, plain.oversubscribed, crowded.threads, crowded.oversubscribed) = (2, 0, 64, 1)
    #expect(RunTable.table([plain, crowded]).rows.map(\.last) == ["", "oversubscribed"])
    #expect(RunTable.table([plain]).headers.count + 1 == RunTable.table([plain, crowded]).headers.count)
    let text = RunTable.table([crowded])
    #expect(text.console.contains("oversubscribed") && text.markdown.contains("oversubscribed"))
  }

  @Test func timesHaveTheirUnits() throws {
    var record = record("s", "a")
    (record.medianMs, record.madMs, record.speedupVsReference) = (0.0000850, 1.5, 13.37)
    let table = RunTable.table([record])
    let cells = Dictionary(uniqueKeysWithValues: zip(table.headers.map(\.title), table.rows[0]))
    #expect(cells["median ms"] == "8.50e-5" && cells["± MAD"] == "1.50")
    #expect(cells["vs ref"] == "13.4×" && cells["vs 1T"] == "")
  }
}
