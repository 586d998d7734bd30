import Foundation
import Glibc
import Records
import Testing

/// Runs that end before their end: the time limit, the side file, and what continues from it.
@Suite(.serialized) struct ResumeTests {
  /// About 0.6 s per call of the reference, 5 ms tiled.
  static let slow = "conv:out=128,k=3,p=1,bias=0@1x128x56x56"

  @Test func theTimeLimitIsARow() throws {
    let scratch = try Scratch()
    let words = ["run", ResumeTests.slow, "--threads", "1", "--rounds", "1", "--format", "csv"]
    // A little less than the reference takes on this machine; the oracle takes about four times as long as it.
    let alone = try CSV.records(try Tool.run(words + ["--kernels", "reference"]).output)
    let limit = "\(try #require(alone.first?.medianMs) * 0.6e-3)"
    let result = try Tool.run(words + ["--case-limit", limit, "--output", "x.csv"], in: scratch.path)
    #expect(result.status == 0 && result.error.isEmpty, "\(result.error)")
    let records = try CSV.records(result.output)
    #expect(records.map(\.status).sorted() == ["failed", "ok"])
    let failed = try #require(records.first { $0.status == "failed" })
    #expect(failed.kernel == "reference" && failed.threads == 1 && failed.medianMs == nil)
    #expect(failed.reason.hasPrefix("took longer than the limit of \(limit) s while "), "\(failed.reason)")
    #expect(scratch.names == ["x.csv"])
  }

  @Test func aKilledRunContinues() throws {
    let scratch = try Scratch()
    let names = (1...4).map { "w\($0)" }
    let lines = names.enumerated().map { "\($1) = \($0 == 3 ? ResumeTests.slow : "relu@1x\($0 + 1)x3x5")\n" }
    try scratch.write("four.suite", lines.joined().utf8)
    let tool = try Tool(
      ["run", "four.suite", "--threads", "1", "--rounds", "2", "--output", "x.csv"], in: scratch.path)
    for _ in 0..<200 where scratch.text("x.csv.partial")?.contains("#done 2\n") != true {
      Thread.sleep(forTimeInterval: 0.05)
    }
    tool.send(SIGKILL)
    #expect(tool.finish().status == 128 + SIGKILL)
    #expect(scratch.names == ["four.suite", "x.csv.partial"])
    let before = try #require(scratch.text("x.csv.partial"))
    let kept = before.split(separator: "\n").dropFirst(2).filter { !$0.hasPrefix("#") }
    #expect(kept.count == 6)
    // As if it had been begun long ago and killed while writing.
    let start = "2001-02-03T04:05:06Z"
    let aged = before.replacing(/"started":"[^"]*"/, with: "\"started\":\"\(start)\"")
    try scratch.write("x.csv.partial", (aged + "four,w4,conv,1x").utf8)
    let result = try Tool.run(["run", "--resume", "x.csv.partial"], in: scratch.path)
    #expect(result.status == 0 && result.error.isEmpty, "\(result.error)")
    #expect(scratch.names == ["four.suite", "x.csv"])
    let after = try #require(scratch.text("x.csv"))
    #expect(Array(after.split(separator: "\n").dropFirst().prefix(6)) == Array(kept))
    #expect(try CSV.records(after).map(\.workload) == names.flatMap { [$0, $0] })
    #expect(result.output.contains("w1") && result.output.contains("w4"))
    #expect(try CSV.records(after).map(\.started).suffix(2) == [start, start])
  }

  /// A new run does not destroy the rows of an older one.
  @Test(arguments: ["{\"cbambench\":2}\n", ""])
  func anOlderSideFileIsKept(text: String) throws {
    let scratch = try Scratch()
    try scratch.write("x.csv.partial", text.utf8)
    try BadInputTests.expectRefusal(
      ["run", "relu@1x1x1x1", "--rounds", "1", "--output", "x.csv"],
      "x.csv.partial holds rows of an interrupted run; 'cbambench run --resume x.csv.partial' continues it",
      in: scratch)
    #expect(scratch.names == ["x.csv.partial"] && scratch.text("x.csv.partial") == text)
  }

  @Test func anInterruptedRunNamesItsSideFile() throws {
    let scratch = try Scratch()
    try scratch.write("two.suite", "a = relu@1x2x3x5\nb = \(ResumeTests.slow)\n".utf8)
    let tool = try Tool(
      ["run", "two.suite", "--threads", "1", "--rounds", "3", "--output", "x.csv"], in: scratch.path)
    for _ in 0..<200 where scratch.text("x.csv.partial") == nil { Thread.sleep(forTimeInterval: 0.05) }
    tool.send(SIGTERM)
    let result = tool.finish()
    #expect(result.status == 130, "\(result.error)")
    #expect(result.complaints.count == 2)
    #expect(
      result.complaints.last
        == "cbambench: rows so far are in x.csv.partial; 'cbambench run --resume x.csv.partial' continues")
    #expect(scratch.names == ["two.suite", "x.csv", "x.csv.partial"])
    #expect(try CSV.records(try #require(scratch.text("x.csv"))).count >= 2)
  }

  /// Said once; the results are there all the same.
  @Test func aSideFileThatCannotBeWritten() throws {
    let scratch = try Scratch()
    try scratch.folder("x.csv.partial")
    let result = try Tool.run(
      ["run", "relu@1x2x3x5", "relu@1x4x3x5", "--rounds", "1", "--output", "x.csv"], in: scratch.path)
    #expect(result.status == 0 && result.output.contains("relu@1x4x3x5"))
    #expect(
      result.error
        == "cbambench: x.csv.partial: cannot be written: File exists; measuring goes on without\n")
    #expect(scratch.names == ["x.csv", "x.csv.partial"])
  }

  @Test func aSecondSignalEndsBoth() throws {
    let tool = try Tool(["run", ResumeTests.slow, "--rounds", "100000"])
    Thread.sleep(forTimeInterval: 0.5)
    tool.send(SIGTERM)
    Thread.sleep(forTimeInterval: 0.1)
    tool.send(SIGTERM)
    let result = tool.finish()
    #expect(result.status == 128 + SIGTERM && result.output.isEmpty && result.error.isEmpty)
  }

  @Test(arguments: [
    ("", "is not a .partial file"), ("suite,workload\n", "is not a .partial file"),
    ("{HEAD}\nsuite,workload\n", "is not a .partial file"),
    ("{HEAD}\nHEADERa,b\n#done 0\n", "is damaged before the line '#done 0'"),
    ("{\"cbambench\":9,\"arguments\":[]}\nHEADER", "has version 9; expected 2"),
    ("{HEAD}\nHEADER#done 5\n", "is not there in this run"),
    ("{\"cbambench\":1,\"arguments\":[]}\nHEADER", "has version 1; expected 2"),
  ])
  func foreignFilesAreRefused(text: String, part: String) throws {
    let scratch = try Scratch()
    let header = CSV.line(Column.all.map(\.name))
    let head = "{\"arguments\":[\"relu@1x1x1x1\"],\"cbambench\":2,\"started\":\"\"}"
    try scratch.write(
      "x.partial", text.replacing("HEADER", with: header).replacing("{HEAD}", with: head).utf8)
    try BadInputTests.expectRefusal(["run", "--resume", "x.partial"], part, in: scratch)
  }

  @Test(arguments: [
    (["--resume", "none.partial"], "none.partial: there is no such file"),
    (["--resume", "none.partial", "cbam"], "--resume stands alone"),
    (["--resume", "none.partial", "--seed", "3"], "--resume stands alone"),
    (["relu@1x1x1x1", "--case-limit", "0"], "--case-limit 0: expected seconds"),
    (["relu@1x1x1x1", "--case-limit", "x"], "--case-limit x: expected seconds"),
  ])
  func wordsThatDoNotFit(words: [String], part: String) throws {
    try BadInputTests.expectRefusal(["run"] + words, part, in: try Scratch())
  }
}
