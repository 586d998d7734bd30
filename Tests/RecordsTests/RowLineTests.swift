import Foundation
import Records
import Testing

/// Rows between processes and in files.
@Suite struct RowLineTests {
  @Test func recordsComeBack() throws {
    var record = Record()
    (record.workload, record.workloadText) = ("a \"b\", c\nd", "relu@1x1x1x1")
    (record.threads, record.medianMs, record.reason) = (2, 0.125, #"\n"#)
    let line = RowLine(record, digest: 0xFEED)
    #expect(!line.description.contains("\n"))
    let again = try #require(RowLine(line.description))
    #expect(again == line && again.digest == 0xFEED && again.record() == record)
    #expect(RowLine(RowLine(record).description)?.digest == nil)
  }

  /// A build with other columns, in another order.
  @Test func columnsGoByName() {
    let line = RowLine(csv: "2,relu@1x1x1x1,new\n")
    let record = line.record(header: "threads,workload_text,added_later\n")
    #expect(record?.threads == 2 && record?.workloadText == "relu@1x1x1x1")
    #expect(line.record() == nil, "too few fields")
  }

  @Test(arguments: ["", "-", "x a", "12", #"- a\q"#]) func otherTextIsNone(text: String) {
    #expect(RowLine(text) == nil)
  }

  /// Samples that the first version wrote, with the columns of that time, are read, and nothing of them is lost when they are
  /// written again.
  @Test func savedSamplesAreStillRead() throws {
    let url = try #require(Bundle.module.url(forResource: "Fixtures/samples-1", withExtension: "txt"))
    let text = try String(contentsOf: url, encoding: .utf8)
    let run = try PairedRunFile.read(text)
    #expect(run.cases.count == 1 && !run.turns.isEmpty && run.cases[0].base.digest != nil)
    let again = PairedRunFile.text(run)
    #expect(PairedRunFile.text(try PairedRunFile.read(again)) == again)
    let (old, new) = (text.split(separator: "\n"), again.split(separator: "\n"))
    #expect(
      old.filter { !$0.hasPrefix("columns ") && !$0.hasPrefix("row ") && !$0.hasPrefix("end ") }
        == new.filter { !$0.hasPrefix("columns ") && !$0.hasPrefix("row ") && !$0.hasPrefix("end ") })
    #expect(try PairedRunFile.read(again).cases[0].base.row == run.cases[0].base.row)
  }
}
