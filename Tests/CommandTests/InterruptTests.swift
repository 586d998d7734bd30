import Foundation
import Glibc
import Records
import Testing

/// What an interruption leaves: status 130, a sentence, complete rows.
@Suite struct InterruptTests {
  @Test(arguments: [SIGINT, SIGTERM])
  func whatWasMeasuredIsKept(signal: Int32) throws {
    let scratch = try Scratch()
    try scratch.write("x.suite", Endless.suite(["cbam@1x32x9x9"]).utf8)
    let tool = try Tool(["run", "x.suite", "--rounds", "2", "--output", "x.csv"], in: scratch.path)
    try tool.wait(for: "a finished workload") { scratch.text("x.csv.partial")?.contains("#done 0\n") == true }
    tool.send(signal)
    let result = tool.finish()
    #expect(result.status == 130, "\(result.error)")
    #expect(scratch.names == ["x.csv", "x.csv.partial", "x.suite"])
    let records = try CSV.records(try #require(scratch.text("x.csv")))
    let kept = "cbambench: interrupted; rows kept: \(records.count)"
    let remark = records.last.map { ", those of \($0.workload) with fewer rounds" } ?? ""
    // Between two workloads nothing is cut short.
    #expect([kept, kept + remark].contains(result.complaints.first.map { String($0) }))
    #expect(!records.isEmpty)
    for record in records {
      #expect(record.status == "ok" && record.medianMs.map { $0 > 0 } == true && (record.rounds ?? 0) >= 1)
    }
    #expect(result.output.contains("median ms"))
  }

  @Test func nothingDoesNotReplaceAFile() throws {
    let scratch = try Scratch()
    try scratch.write("x.csv", "precious".utf8)
    let tool = try Tool(
      ["run", Endless.workload, "--kernels", "tiled", "--output", "x.csv"], in: scratch.path)
    let child = try tool.workingChild()
    try tool.deliver(SIGINT)
    // It would end by itself, after the oracle.
    kill(child, SIGKILL)
    let result = tool.finish()
    #expect(result.status == 130 && result.output.isEmpty)
    #expect(result.error == "cbambench: interrupted; nothing had been measured yet\n")
    #expect(scratch.names == ["x.csv"] && scratch.text("x.csv") == "precious")
  }

  /// Combinations without a comparison are not called right.
  @Test func verificationTellsHowFarItCame() throws {
    let scratch = try Scratch()
    try scratch.write("x.suite", Endless.suite(["relu@1x2x3x4"]).utf8)
    let tool = try Tool(
      ["verify", "x.suite", "relu@1x1x1x1", "--threads", "1", "--format", "csv"], in: scratch.path)
    // Far more than the first workload takes.
    try tool.wait(for: "half a second of work") { tool.processorTime() > 0.5 }
    tool.send(SIGINT)
    let result = tool.finish()
    #expect(result.status == 130, "\(result.error)")
    #expect(result.error.hasPrefix("cbambench: interrupted; before that "), "\(result.error)")
    #expect(result.complaints.count == 1)
    let rows = try CSV.rows(result.output).dropFirst()
    #expect(rows.first?[0] == "w0")
    #expect(rows.allSatisfy { ($0[6] != "right" || $0[4] != "0") && $0[0] != "relu@1x1x1x1" })
  }
}
