import Foundation
import Glibc
import Records
import Testing

/// Runs that end before their end: the time limit, the side file, and what continues from it.
@Suite(.serialized) struct ResumeTests {
  /// A case that is stopped says nothing more: its limit is reached, however fast the machine is.
  @Test func theTimeLimitIsARow() throws {
    let scratch = try Scratch()
    let words = ["run", "relu@1x2x3x5", "--threads", "1", "--rounds", "100000", "--format", "csv"]
    let tool = try Tool(words + ["--case-limit", "0.5", "--output", "x.csv"], in: scratch.path)
    // One child for each case, and one that writes their rows. A second of work is far beyond the oracle of so few numbers.
    try tool.wait(for: "the end") {
      if let child = tool.child, tool.processorTime(of: child) > 1 { kill(child, SIGSTOP) }
      return !tool.isRunning
    }
    let result = tool.finish()
    #expect(result.status == 2 && result.complaints.count == 1, "\(result.error)")
    #expect(result.error.hasPrefix("cbambench: nothing was measured; relu@1x2x3x5: failed: took longer"))
    let records = try CSV.records(result.output)
    #expect(records.map(\.kernel).sorted() == ["reference", "tiled/elementwise"])
    for record in records {
      #expect(record.status == "failed" && record.threads == 1 && record.medianMs == nil)
      #expect(record.reason.hasPrefix("took longer than the limit of 0.5 s while "), "\(record.reason)")
    }
    #expect(scratch.names == ["x.csv"])
  }

  @Test func aKilledRunContinues() throws {
    let scratch = try Scratch()
    let short = (0..<3).map { "relu@1x\($0 + 1)x3x5" }
    try scratch.write("x.suite", Endless.suite(short).utf8)
    let tool = try Tool(
      ["run", "x.suite", "--threads", "1", "--rounds", "2", "--output", "x.csv"], in: scratch.path)
    let done = "#done 2\n"
    try tool.wait(for: "a third workload") { scratch.text("x.csv.partial")?.contains(done) == true }
    tool.send(SIGKILL)
    #expect(tool.finish().status == 128 + SIGKILL)
    #expect(scratch.names == ["x.csv.partial", "x.suite"])
    let before = try #require(scratch.text("x.csv.partial"))
    let three = before[..<(try #require(before.firstRange(of: done)).upperBound)]
    let kept = three.split(separator: "\n").dropFirst(2).filter { !$0.hasPrefix("#") }
    #expect(kept.count == 6)
    // As if it had been begun long ago and killed while writing the fourth, which is now the last.
    let start = "2001-02-03T04:05:06Z"
    let aged = three.replacing(/"started":"[^"]*"/, with: "\"started\":\"\(start)\"")
    try scratch.write("x.csv.partial", (aged + "x,w3,conv,1x").utf8)
    try scratch.write(
      "x.suite", (short + ["relu@1x4x3x5"]).enumerated().map { "w\($0) = \($1)\n" }.joined().utf8)
    let result = try Tool.run(["run", "--resume", "x.csv.partial"], in: scratch.path)
    #expect(result.status == 0 && result.error.isEmpty, "\(result.error)")
    #expect(scratch.names == ["x.csv", "x.suite"])
    let after = try #require(scratch.text("x.csv"))
    #expect(Array(after.split(separator: "\n").dropFirst().prefix(6)) == Array(kept))
    #expect(try CSV.records(after).map(\.workload) == (0..<4).flatMap { ["w\($0)", "w\($0)"] })
    #expect(result.output.contains("w0") && result.output.contains("w3"))
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
    try scratch.write("x.suite", Endless.suite(["relu@1x2x3x5"]).utf8)
    let tool = try Tool(
      ["run", "x.suite", "--threads", "1", "--rounds", "3", "--output", "x.csv"], in: scratch.path)
    try tool.wait(for: "a side file") { scratch.text("x.csv.partial")?.contains("#done 0\n") == true }
    tool.send(SIGTERM)
    let result = tool.finish()
    #expect(result.status == 130, "\(result.error)")
    #expect(result.complaints.count == 2)
    #expect(
      result.complaints.last
        == "cbambench: rows so far are in x.csv.partial; 'cbambench run --resume x.csv.partial' continues")
    #expect(scratch.names == ["x.csv", "x.csv.partial", "x.suite"])
    #expect(try CSV.records(try #require(scratch.text("x.csv"))).count >= 2)
  }

  /// Interrupted again before it has finished anything more, a run has the rows that it began with.
  @Test func aContinuedRunLosesNothing() throws {
    let scratch = try Scratch()
    try scratch.write("x.suite", "w0 = relu@1x2x3x5\nw1 = \(Endless.workload)\n".utf8)
    let first = try Tool(
      ["run", "x.suite", "--threads", "1", "--rounds", "1", "--output", "x.csv"], in: scratch.path)
    try first.wait(for: "a workload") { scratch.text("x.csv.partial")?.contains("#done 0\n") == true }
    first.send(SIGKILL)
    _ = first.finish()
    let rows = try #require(scratch.text("x.csv.partial"))
    let second = try Tool(["run", "--resume", "x.csv.partial"], in: scratch.path)
    _ = try second.workingChild()
    second.send(SIGTERM)
    #expect(second.finish().status == 130)
    #expect(scratch.text("x.csv.partial") == rows)
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
    let tool = try Tool(["run", Endless.workload])
    let child = try tool.workingChild()
    try tool.deliver(SIGTERM)
    tool.send(SIGTERM)
    let result = tool.finish()
    #expect(result.status == 128 + SIGTERM && result.output.isEmpty && result.error.isEmpty)
    // Where its parent is gone the child ends at its next word, long after the test.
    kill(child, SIGKILL)
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
    let header = CSV.line(RecordColumn.all.map(\.name))
    let head = "{\"arguments\":[\"relu@1x1x1x1\"],\"cbambench\":2,\"started\":\"\"}"
    try scratch.write(
      "x.partial", text.replacing("HEADER", with: header).replacing("{HEAD}", with: head).utf8)
    try BadInputTests.expectRefusal(["run", "--resume", "x.partial"], part, in: scratch)
  }

  @Test(arguments: [
    (["--resume", "none.partial"], "none.partial: there is no such file"),
    (["--resume", "none.partial", "cbam"], "--resume takes no other words"),
    (["--resume", "none.partial", "--seed", "3"], "--resume takes no other words"),
    (["relu@1x1x1x1", "--case-limit", "0"], "--case-limit 0: expected seconds"),
    (["relu@1x1x1x1", "--case-limit", "x"], "--case-limit x: expected seconds"),
  ])
  func wordsThatDoNotFit(words: [String], part: String) throws {
    try BadInputTests.expectRefusal(["run"] + words, part, in: try Scratch())
  }
}
