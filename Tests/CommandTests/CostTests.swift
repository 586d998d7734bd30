import Foundation
import Records
import Testing

/// `cost`: values counted by hand, and sums.
@Suite struct CostTests {
  static let columns = [
    "name", "stage", "operator", "output_shape", "parameters", "macs", "flops", "bytes", "hidden", "share",
    "filters", "kernels", "weight_bytes", "activation_bytes", "peak_activation_bytes", "convention",
    "counted",
  ]

  static func rows(_ arguments: String...) throws -> [[String: String]] {
    let result = try Tool.run(["cost"] + arguments + ["--format", "csv"])
    #expect(result.status == 0 && result.error.isEmpty, "\(result.error)")
    let rows = try CSV.rows(result.output)
    #expect(rows.first == columns)
    return rows.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(columns, $0)) }
  }

  /// C, r, ⌊C/r⌋, 2·C·⌊C/r⌋ weights, ⌊C/r⌋ + C biases, 2·7² of the convolution, 2 of batch norm, their sum.
  @Test(arguments: [
    ["64", "4", "16", "2,048", "80", "98", "2", "2,228"], ["64", "16", "4", "512", "68", "98", "2", "680"],
    ["256", "4", "64", "32,768", "320", "98", "2", "33,188"],
    ["256", "16", "16", "8,192", "272", "98", "2", "8,564"],
  ])
  func reductionTable(line: [String]) throws {
    let result = try Tool.run("cost", "cbam", "--channels", "64,256", "--reduction", "4,16")
    #expect(result.status == 0 && result.error.isEmpty)
    let table = result.output.split(separator: "\n").map { $0.split(separator: " ").map { String($0) } }
    #expect(
      table.contains { $0.first == "cbam" && Array($0.dropFirst().prefix(8)) == line }, "\(result.output)")
    let totals = try CostTests.rows("cbam", "--channels", "64,256", "--reduction", "4,16")
      .filter { $0["stage"] == "total" }
    #expect(totals.count == 4)
    let parameters = line[7].replacing(",", with: "")
    let total = try #require(totals.first { $0["parameters"] == parameters })
    #expect(total["hidden"] == line[2])
  }

  /// One pair that no module can have costs the others nothing; it is named.
  @Test func impossiblePairsAreLeftOut() throws {
    let result = try Tool.run("cost", "cbam", "--channels", "16,64,256", "--reduction", "4,16,32")
    #expect(result.status == 0 && result.output.split(separator: "\n").count == 2 + 8)
    #expect(result.complaints.count == 1)
    #expect(
      result.error.hasPrefix("cbambench: left out: cbam:r=32,k=7,order=channel-first,pool=both@1x16x56x56: "))
    #expect(result.error.hasSuffix("; r must be at most 16\n"), "\(result.error)")
    let channels = try Tool.run("cost", "conv:out=6,g=3", "--channels", "3,4,6,7", "--format", "csv")
    #expect(channels.status == 0 && channels.output.split(separator: "\n").count == 1 + 2 * 2)
    #expect(channels.complaints.count == 2)
    let network = try Tool.run("cost", "resnet18+cbam", "--reduction", "8,65,100")
    #expect(
      network.status == 0 && network.complaints.count == 2 && network.output.contains("r=8"),
      "\(network.error)")
    let compared = try Tool.run("cost", "resnet18", "--compare", "none,se/100,cbam")
    #expect(compared.status == 0 && compared.complaints.count == 1 && compared.output.contains("+cbam"))
  }

  @Test(arguments: [
    ["cbam", "--channels", "8,16", "--reduction", "32,64"], ["resnet18+cbam", "--reduction", "65,100"],
    ["resnet18", "--compare", "se/100,cbam/65"], ["conv:out=6,g=3", "--channels", "4,5"],
  ])
  func nothingPossible(arguments: [String]) throws {
    let result = try Tool.run(["cost"] + arguments)
    #expect(result.status == 2 && result.output.isEmpty && result.complaints.count == 1, "\(result.error)")
  }

  /// The MLP runs on two pooled vectors: 2 · 8,192; the convolution 2·7² taps on 56² pixels.
  @Test func totalOfCBAM() throws {
    let total = try #require(try CostTests.rows("cbam@1x256x56x56").last)
    #expect(total["parameters"] == "8564" && total["macs"] == "\(2 * 8192 + 98 * 56 * 56)")
    #expect(total["bytes"] == "\(4 * (2 * 256 * 56 * 56 + 8564))")
    #expect(total["output_shape"] == "1x256x56x56" && total["operator"] == "cbam")
    // With r = 1: 2 · 256² weights and 512 biases.
    let share = try #require(total["share"].flatMap { Double($0) })
    #expect(abs(share - 8564.0 / Double(2 * 256 * 256 + 512 + 100)) < 1e-12)
  }

  @Test(arguments: ["cbam", "awkward", "smoke"])
  func totalsAreSumsOfStages(suite: String) throws {
    var (sums, workloads) = ([String: Int](), 0)
    for row in try CostTests.rows(suite) {
      for column in ["parameters", "macs", "flops"] {
        let value = try #require(row[column].flatMap { Int($0) })
        if row["stage"] != "total" {
          sums[column, default: 0] += value
        } else {
          #expect(value == sums[column], "\(row)")
        }
      }
      #expect(row["bytes"].flatMap { Int($0) } ?? 0 > 0)
      if row["stage"] == "total" { (sums, workloads) = ([:], workloads + 1) }
    }
    #expect(sums.isEmpty && workloads > 0)
  }

  @Test func ownShapeWithReductions() throws {
    let totals = try CostTests.rows("se@1x64x7x7", "--reduction", "4,8").filter { $0["stage"] == "total" }
    #expect(totals.map { $0["hidden"] } == ["16", "8"])
    #expect(totals.map { $0["parameters"] } == ["2128", "1096"])
  }

  @Test func jsonHoldsTheSameRows() throws {
    let result = try Tool.run("cost", "cbam@1x64x7x7", "relu@1x2x3x4", "--format", "json")
    let parsed = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
    let objects = try #require(parsed as? [[String: Any]])
    let rows = try CostTests.rows("cbam@1x64x7x7", "relu@1x2x3x4")
    #expect(objects.count == rows.count)
    for (object, row) in zip(objects, rows) {
      #expect(object["name"] as? String == row["name"])
      #expect(object["parameters"] as? Int == row["parameters"].flatMap { Int($0) })
      #expect(object["hidden"] as? Int == row["hidden"].flatMap { Int($0) })
    }
  }

  @Test func markdownIsATable() throws {
    let lines = try Tool.run("cost", "relu@1x2x3x4", "--format", "markdown").output.split(separator: "\n")
    #expect(lines.count == 3 && lines.allSatisfy { $0.hasPrefix("|") && $0.hasSuffix("|") })
  }

  /// Layers as often as they occur: the table ends in their sums; the columns of the CSV stay.
  @Test func sumsOfANetwork() throws {
    let table = try Tool.run("cost", "mobilenet-layers", "--wide").output.split(separator: "\n")
    let (header, last) = (try #require(table.first), try #require(table.last))
    #expect(header.hasSuffix("times") && last.hasPrefix("mobilenet-layers, each layer as often as it occurs"))
    #expect(last.contains(" 568,740,352 ") && last.hasSuffix(" 29"))
    #expect(try CostTests.rows("mobilenet-layers").allSatisfy { $0["stage"] != "sum" })
    #expect(try !Tool.run("cost", "smoke").output.contains("times"))
  }

  @Test func everyColumnIsDefined() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..")
    let readme = try String(contentsOf: root.appendingPathComponent("Reports/README.md"), encoding: .utf8)
    let section = try #require(readme.split(separator: "\n## ").first { $0.hasPrefix("`cost --format csv`") })
    for column in CostTests.columns { #expect(section.contains("`\(column)`"), "\(column)") }
  }
}
