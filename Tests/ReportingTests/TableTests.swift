import Reporting
import Testing

@Suite struct TableTests {
  private let headers = [Table.Header("name", .left), Table.Header("µs"), Table.Header("note", .left)]

  private func table(_ rows: [[String]], groups: Set<Int> = []) -> Table {
    var table = Table(headers)
    for (index, row) in rows.enumerated() { table.add(row, beginsGroup: groups.contains(index)) }
    return table
  }

  @Test func columnsAreAligned() {
    let text = table([["a", "1.5×", "fine"], ["longer", "12×", ""], ["ß·π", "µ", "≤ 2"]]).console
    #expect(
      text == """
        name      µs  note
        ──────  ────  ────
        a       1.5×  fine
        longer   12×
        ß·π        µ  ≤ 2

        """)
  }

  @Test func groupsAreSetApart() {
    let rows = ["a", "b", "c"].map { [$0, "", ""] }
    let lines = table(rows, groups: [0, 2]).console.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.dropFirst(2).map(String.init) == ["a", "b", "", "c", ""])
  }

  @Test func aTableWithoutRowsHasItsHeaders() {
    #expect(table([]).console == "name  µs  note\n────  ──  ────\n")
    #expect(table([]).markdown == "| name | µs | note |\n| :-- | --: | :-- |\n")
  }

  @Test func markdownIsEscaped() {
    let text = table([["a|b", "1", "||"]]).markdown
    #expect(text.hasSuffix("| a\\|b | 1 | \\|\\| |\n"))
    var bars = Table([Table.Header("|x|")])
    bars.add(["1"])
    #expect(bars.markdown.hasPrefix("| \\|x\\| |\n"))
  }

  @Test(arguments: ["two\nlines", "two\r\nlines", "two\n\nlines\n"])
  func aCellIsOneLine(cell: String) {
    let table = table([["a", "1", cell]])
    #expect(table.markdown.hasSuffix("| a | 1 | two lines |\n"))
    #expect(table.console.hasSuffix("a      1  two lines\n"))
    #expect(table.fields.last == ["a", "1", "two lines"])
  }

  /// A table of workloads with two columns to leave out, and a remark.
  private func measured(_ name: String, remark: String = "") -> Table {
    var table = Table([
      Table.Header("workload", .left), Table.Header("MACs", rank: 1), Table.Header("GB/s", rank: 2),
      Table.Header("ms"), Table.Header("", .left),
    ])
    table.add([name, "115 M", "1.58", "0.93", remark], beginsGroup: true)
    return table
  }

  /// Would catch: dropping the wrong column first, counting a gap too many, dropping what has no rank.
  @Test(arguments: [
    (nil, "workload  MACs  GB/s  ms"), (27, "workload  MACs  GB/s  ms"), (26, "workload  MACs  ms"),
    (20, "workload  ms"),
  ])
  func columnsAreLeftOutByRank(width: Int?, header: String) {
    let line = measured("conv").console(width: width).split(separator: "\n")[0]
    let words = { (text: Substring) in text.split(separator: " ") }
    #expect(words(line) == words(header[...]), "\(line)")
  }

  @Test func longNamesStandAbove() {
    let name = "conv:out=64,k=3@1x64x56x56"
    let text = measured(name).console(width: 30)
    #expect(
      text == """
        workload
           MACs  GB/s    ms
          ─────  ────  ────
        \(name)
          115 M  1.58  0.93

        """)
    #expect(measured(name).console(width: 48).hasPrefix("workload  "), "it fits")
  }

  @Test func remarksGoBelowWhereTheyDoNotFit() {
    let remark = "skipped: it needs more memory than there is"
    let lines = measured("conv", remark: remark).console(width: 34).split(separator: "\n").map(String.init)
    #expect(lines.dropFirst(3) == ["    skipped: it needs more memory", "    than there is"])
    #expect(measured("conv", remark: "tardy").console(width: 34).contains("0.93  tardy\n"), "it just fits")
    #expect(measured("conv", remark: "slower").console(width: 34).contains("0.93\n    slower\n"))
    #expect(measured("conv", remark: remark).console.contains("0.93  \(remark)\n"))
  }
}
