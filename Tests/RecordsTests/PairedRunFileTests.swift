import Records
import Testing

@Suite struct PairedRunFileTests {
  private var run: PairedRun {
    var record = Record()
    (record.workload, record.workloadText, record.kernel) = ("a, \"b\"", "relu@1x1x1x1", "tiled/elementwise")
    (record.requestedKernel, record.isa, record.threads, record.cache) = ("tiled", "avx2", 2, "hot")
    (record.status, record.flops, record.reason) = ("ok", 12, "two\nlines")
    var run = PairedRun(
      seed: .max, started: "2026-01-02T03:04:05Z", machine: "m \\ n", base: "old build", head: "new")
    run.cases = [
      PairedRun.Case(
        identity: CaseIdentity(record), name: record.workload, base: .init(row: record, digest: 5),
        head: .init(row: record, digest: nil, loss: .init(.slow, "took\nlong"))),
      PairedRun.Case(identity: CaseIdentity(record), name: "x", base: .init(), head: .init()),
    ]
    run.turns = [
      PairedRun.Turn(
        index: 1, purpose: .confirm, round: 4, headFirst: true, base: 0.1 + 0.2, head: 1e-9, control: 0,
        switches: 2, stolen: 0.01, others: 1)
    ]
    return run
  }

  @Test func readsAsWritten() throws {
    let text = PairedRunFile.text(run)
    #expect(try PairedRunFile.read(text) == run)
    #expect(PairedRunFile.text(try PairedRunFile.read(text)) == text)
  }

  /// Cut anywhere, one sentence says so.
  @Test func truncatedFiles() {
    let text = PairedRunFile.text(run)
    for length in 0..<text.unicodeScalars.count {
      let part = String(String.UnicodeScalarView(text.unicodeScalars.prefix(length)))
      #expect(throws: RecordTextError.self, "\(length)") { try PairedRunFile.read(part) }
    }
  }

  @Test(arguments: [
    ("turn 1 confirm", "turn 1 judge", "was changed"), ("seed ", "sead ", "was changed"),
    ("cbambench-samples 1", "cbambench-samples 2", "version '2'; this tool reads version 1"),
    ("cbambench-samples", "samples", "where 'cbambench-samples 1' was expected"),
    ("end ", "END ", "without 'end'; it is truncated"),
  ])
  func changedFiles(old: String, new: String, part: String) {
    let text = PairedRunFile.text(run).replacing(old, with: new)
    let error = #expect(throws: RecordTextError.self) { try PairedRunFile.read(text) }
    #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
  }
}
