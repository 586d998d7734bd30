import Foundation
import Testing

/// Tables as people see them: within a line, or with the columns that they ask for.
@Suite struct TableOptionTests {
  private static let longName = "conv:out=8,k=3,s=1,p=1,d=1,g=1,bias=1@1x4x9x9"

  @Test(
    arguments: [
      "cost resnet50+cbam", "cost resnet50 --compare none,se,cbam", "cost cbam --channels 64,2048",
      "verify \(longName) --threads 1", "run \(longName) --rounds 1",
      "run relu@1x8x8x8 --kernels tiled/pool,tiled --rounds 1",
    ])
  func linesHaveAHundredCharacters(command: String) throws {
    let words = command.split(separator: " ").map(String.init)
    let table = try Tool.run(words).output.split(separator: "\n")
    // What stands below a network's table are sentences, which a terminal breaks.
    for line in table where !line.hasPrefix("  ") || line.hasPrefix("  ─") {
      #expect(line.count <= 100, "\(line)")
    }
    let wide = try Tool.run(words + ["--wide"]).output.split(separator: "\n")
    #expect((wide.map(\.count).max() ?? 0) >= (table.map(\.count).max() ?? 0))
  }

  @Test func columnsAsAskedFor() throws {
    let result = try Tool.run(
      "run", "relu@1x8x8x8", "--rounds", "1", "--threads", "1", "--columns",
      "threads,kernel,macs_inside,flops")
    #expect(result.status == 0)
    let lines = result.output.split(separator: "\n").map { $0.split(separator: " ") }
    #expect(lines[0] == ["T", "kernel", "macs_inside", "FLOPs"])
    #expect(lines[2] == ["1", "reference", "0", "512"])
    #expect(lines[3].dropFirst() == ["tiled/elementwise", "0"], "what a workload costs is there once")
    let markdown = try Tool.run(
      "verify", "relu@1x2x2x2", "--threads", "1", "--columns", "verdict,kernel", "--format", "markdown")
    #expect(markdown.output.hasPrefix("| verdict | kernel |\n"))
  }

  @Test(
    arguments: [
      ("run relu@1x1x1x1 --columns kern", "no column is called 'kern'; did you mean 'kernel'?"),
      ("run relu@1x1x1x1 --columns kernel,kernel", "'kernel' appears twice"),
      ("run relu@1x1x1x1 --columns kernel,", "no column is called ''"),
      ("run relu@1x1x1x1 --columns kernel --wide", "--wide has no effect with --columns"),
      ("verify relu@1x1x1x1 --columns median_ms", "no column is called 'median_ms'"),
      ("cost relu@1x1x1x1 --columns macs", "'--columns' is not an option of 'cost'"),
      ("cost relu@1x1x1x1 --wide --format csv", "--wide has no effect on csv and json"),
    ])
  func wrongWordsAreRefused(command: String, part: String) throws {
    let result = try Tool.run(command.split(separator: " ").map(String.init))
    #expect(result.status == 2 && result.output.isEmpty)
    #expect(result.error.contains(part), "\(result.error)")
  }

  /// Numbers are numbers: `verify` used to write what its table shows.
  @Test func verifyWritesNumbers() throws {
    let result = try Tool.run(
      "verify", "conv:out=3,k=3@1x3x7x5", "--threads", "1", "--kernels", "tiled", "--format", "json")
    let rows = try #require(
      try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [[String: Any]])
    #expect(rows.allSatisfy { $0["threads"] as? Int == 1 && $0["worst_ratio"] is Double })
    #expect(rows.allSatisfy { $0["verdict"] as? String == "right" })
  }
}
