import Foundation
import Records
import Testing

@Test func everyColumnIsDefined() throws {
  let path = FloorTests.root.appendingPathComponent("Reports/README.md")
  // The records' table; below it stands that of `cost`.
  let text = try String(contentsOf: path, encoding: .utf8).split(separator: "\n## ")[0]
  let defined = text.matches(of: /\n\| `(\w+)` \|/).map { String($0.1) }
  #expect(defined == RecordColumn.all.map(\.name))
}
