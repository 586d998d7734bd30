import Foundation
import Testing

/// What people read first: short enough to finish, with links that lead somewhere.
@Suite struct DocumentTests {
  /// Every page outside `Sources`, by its path from the root.
  static let pages: [String] = {
    let manager = FileManager.default
    let docs = (try? manager.contentsOfDirectory(atPath: House.root.path + "/docs")) ?? []
    return [
      "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "Reports/README.md",
      "Bench/CI/README.md", "Bench/Peers/README.md",
    ]
      + docs.filter { $0.hasSuffix(".md") }.sorted().map { "docs/" + $0 }
  }()

  @Test func theReadmeCanBeFinished() throws {
    let lines = try House.text("README.md").split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count <= 150)
    for line in lines where line.hasPrefix("    ") { #expect(line.count <= 100, "\(line)") }
  }

  @Test func thereAreDocuments() {
    let topics = ["architecture", "kernels", "measuring", "profiling", "regressions"]
    #expect(topics.allSatisfy { Self.pages.contains("docs/\($0).md") })
  }

  @Test(arguments: pages)
  func linksLeadSomewhere(page: String) throws {
    let text = try House.text(page)
    let folder = House.root.appendingPathComponent(page).deletingLastPathComponent()
    for match in text.matches(of: /\]\(([^)\s]+)\)/) {
      let parts = match.1.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
      if parts[0].contains("://") { continue }
      let target = parts[0].isEmpty ? page : String(parts[0])
      let file =
        parts[0].isEmpty
        ? House.root.appendingPathComponent(page) : folder.appendingPathComponent(target)
      #expect(FileManager.default.fileExists(atPath: file.path), "\(page): \(match.1)")
      guard parts.count == 2, let linked = try? String(contentsOf: file, encoding: .utf8) else { continue }
      #expect(Self.anchors(linked).contains(String(parts[1])), "\(page): \(match.1)")
    }
  }

  /// Anchors of headings as GitHub makes them.
  private static func anchors(_ text: String) -> [String] {
    text.split(separator: "\n").filter { $0.hasPrefix("#") }.map { line in
      let title = line.drop { $0 == "#" }.trimmingCharacters(in: .whitespaces).lowercased()
      return String(
        title.filter { $0.isLetter || $0.isNumber || "- _".contains($0) }.map { $0 == " " ? "-" : $0 })
    }
  }
}
