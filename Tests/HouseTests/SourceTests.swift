import Foundation
import Testing

/// Files that can be read in one go, and targets that say what they are for.
@Suite struct SourceTests {
  @Test func filesAreShort() throws {
    for source in try Manifest.read.get().targets.flatMap(\.sources) {
      let lines = source.text.split(separator: "\n", omittingEmptySubsequences: false).count
      #expect(lines <= 401, "\(source.path)")
    }
  }

  @Test func targetsExplainThemselves() throws {
    for target in try Manifest.read.get().floored where !target.name.hasPrefix("Micro") {
      let readme = House.root.appendingPathComponent("\(target.folder)/README.md").path
      #expect(FileManager.default.fileExists(atPath: readme), "\(target.name) has no README.md")
    }
  }
}
