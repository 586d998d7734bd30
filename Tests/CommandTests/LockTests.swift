import Foundation
import Glibc
import Testing

/// Two runs and one side file: the second is refused as long as the first lives.
@Suite struct LockTests {
  static let words = ["run", Endless.workload, "--threads", "1", "--output", "x.csv"]

  @Test func oneRunAtATime() throws {
    let scratch = try Scratch()
    let first = try Tool(Self.words, in: scratch.path)
    try first.wait(for: "a side file") { scratch.text("x.csv.partial")?.contains("workload_text") == true }
    let sentence = "x.csv.partial: a run with process \(first.id) is still running"
    try BadInputTests.expectRefusal(Self.words, "--output x.csv: " + sentence, in: scratch)
    try BadInputTests.expectRefusal(
      ["run", "--resume", "x.csv.partial"], "--resume " + sentence, in: scratch)
    let child = first.child
    first.send(SIGKILL)
    #expect(first.finish().status == 128 + SIGKILL)
    if let child { kill(child, SIGKILL) }
    // What it left has no rows and nobody's lock: the next run takes its place, and tidies up.
    let next = try Tool.run(
      ["run", "relu@1x2x3x5", "--rounds", "1", "--output", "x.csv"], in: scratch.path)
    #expect(next.status == 0 && next.error.isEmpty, "\(next.error)")
    #expect(scratch.names == ["x.csv"])
  }

  /// Rows that a dead run has left are continued, not overwritten.
  @Test func aDeadRunIsContinued() throws {
    let scratch = try Scratch()
    try scratch.write("x.suite", Endless.suite(["relu@1x2x3x5"]).utf8)
    let words = ["run", "x.suite", "--threads", "1", "--rounds", "1", "--output", "x.csv"]
    let first = try Tool(words, in: scratch.path)
    try first.wait(for: "a row") { scratch.text("x.csv.partial")?.contains("#done 0\n") == true }
    first.send(SIGKILL)
    #expect(first.finish().status == 128 + SIGKILL)
    try BadInputTests.expectRefusal(words, "holds rows of an interrupted run", in: scratch)
    try scratch.write("x.suite", "w0 = relu@1x2x3x5\nw1 = relu@1x1x1x1\n".utf8)
    let text = try #require(scratch.text("x.csv.partial"))
    let cut = text[..<(try #require(text.firstRange(of: "#done 0\n")).upperBound)]
    try scratch.write("x.csv.partial", cut.utf8)
    let resumed = try Tool.run(["run", "--resume", "x.csv.partial"], in: scratch.path)
    #expect(resumed.status == 0, "\(resumed.error)")
    #expect(scratch.names == ["x.csv", "x.suite"])
  }

  /// A link that somebody has put where the side file will be: its target stays as it is.
  @Test func aPlantedLinkIsRefused() throws {
    let scratch = try Scratch()
    try scratch.write("victim", "precious".utf8)
    try FileManager.default.createSymbolicLink(
      atPath: scratch.file("x.csv.partial"), withDestinationPath: scratch.file("victim"))
    try BadInputTests.expectRefusal(
      ["run", "relu@1x1x1x1", "--rounds", "1", "--output", "x.csv"],
      "x.csv.partial is not a regular file; remove it", in: scratch)
    #expect(scratch.text("victim") == "precious")
  }
}
