import Foundation
import Glibc
import Records
import Testing

/// What an interruption leaves: status 130, a sentence, complete rows.
@Suite struct InterruptTests {
  /// Its oracle takes about a second; an interruption meanwhile takes effect behind it.
  static let slow = "conv:out=128,k=3,p=1@1x64x56x56"

  @Test(arguments: [SIGINT, SIGTERM])
  func whatWasMeasuredIsKept(signal: Int32) throws {
    let scratch = try Scratch()
    let tool = try Tool(["run", "cbam", "--budget", "60", "--output", "x.csv"], in: scratch.path)
    Thread.sleep(forTimeInterval: 1.5)
    #expect(tool.isRunning)
    tool.send(signal)
    let result = tool.finish()
    #expect(result.status == 130, "\(result.error)")
    #expect(Set(scratch.names).subtracting(["x.csv.partial"]) == ["x.csv"])
    let records = try CSV.records(try #require(scratch.text("x.csv")))
    let kept = "cbambench: interrupted; rows measured until then are kept: \(records.count)"
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
      ["run", InterruptTests.slow, "--kernels", "tiled", "--output", "x.csv"], in: scratch.path)
    Thread.sleep(forTimeInterval: 0.4)
    tool.send(SIGINT)
    let result = tool.finish()
    #expect(result.status == 130 && result.output.isEmpty)
    #expect(result.error == "cbambench: interrupted; nothing was measured until then\n")
    #expect(scratch.names == ["x.csv"] && scratch.text("x.csv") == "precious")
  }

  /// Combinations without a comparison are not called right.
  @Test func verificationTellsHowFarItCame() throws {
    let tool = try Tool(
      ["verify", "relu@1x2x3x4", InterruptTests.slow, "relu@1x1x1x1", "--threads", "1", "--format", "csv"])
    Thread.sleep(forTimeInterval: 0.4)
    tool.send(SIGINT)
    let result = tool.finish()
    #expect(result.status == 130, "\(result.error)")
    #expect(result.error.hasPrefix("cbambench: interrupted; until then "), "\(result.error)")
    #expect(result.complaints.count == 1)
    let rows = try CSV.rows(result.output).dropFirst()
    #expect(rows.first?[0] == "relu@1x2x3x4")
    #expect(rows.allSatisfy { ($0[6] != "right" || $0[4] != "0") && $0[0] != "relu@1x1x1x1" })
  }
}
