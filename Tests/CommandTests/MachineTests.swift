import Foundation
import Testing

@Suite struct MachineCommandTests {
  @Test func jsonTellsFactsAndRoofs() throws {
    let result = try Tool.run("machine", "--threads", "1", "--isa", "baseline", "--format", "json")
    #expect(result.status == 0, "\(result.error)")
    let lines = try #require(
      JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [[String: Any]])
    let names = lines.compactMap { $0["quantity"] as? String }
    for name in ["CPU", "usable CPUs", "instruction sets present", "compiler", "reading the clock"] {
      #expect(names.contains(name))
    }
    for name in ["multiply-add peak baseline", "read bandwidth L1", "copy bandwidth DRAM"] {
      let line = try #require(lines.first { $0["quantity"] as? String == name })
      #expect((line["value"] as? Double ?? 0) > 0 && (line["spread"] as? Double ?? -1) >= 0)
      #expect(line["threads"] as? Int == 1)
    }
  }

  @Test(arguments: [
    (["machine", "cbam"], "takes no target"), (["machine", "--threads", "0"], "--threads"),
    (["machine", "--rounds", "3"], "not an option"),
  ])
  func mistakesAreNamed(words: [String], part: String) throws {
    let result = try Tool.run(words)
    #expect(result.status == 2 && result.output.isEmpty && result.error.contains(part), "\(result.error)")
  }
}
