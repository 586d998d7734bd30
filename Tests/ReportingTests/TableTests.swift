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
}
