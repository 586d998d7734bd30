import Foundation
import Records
import Testing

@Test func everyColumnIsDefined() throws {
  // The records' table; below it stands that of `cost`.
  let text = try House.text("Reports/README.md").split(separator: "\n## ")[0]
  let defined = text.matches(of: /\n\| `(\w+)` \|/).map { String($0.1) }
  #expect(defined == RecordColumn.all.map(\.name))
}
