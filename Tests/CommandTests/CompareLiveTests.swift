import Foundation
import Glibc
import Records
import Testing

/// `compare` with real processes: a whole network, and a run that is cut short.
@Suite struct CompareLiveTests {
  @Test func networksAreCompared() throws {
    let scratch = try Scratch()
    try scratch.write("net.suite", "light = mobilenet-0.7@1x3x32x32\n".utf8)
    let result = try Tool.run(
      words("compare --base \(Tool.path) net.suite --threads 1,2 --rounds 2 --format csv --save s.txt")
        + ["--export", "google-benchmark=g.json"], in: scratch.path)
    #expect([0, 1].contains(result.status), "\(result.error)")
    let run = try PairedRunFile.read(try #require(scratch.text("s.txt")))
    #expect(run.cases.map(\.identity.threads) == [1, 1, 2])
    #expect(run.cases.map { $0.head.row?.kernel } == ["reference", "tiled/layers", "tiled/layers"])
    for item in run.cases {
      #expect(item.name == "light" && item.isComparable && item.base.digest == item.head.digest)
      #expect(item.head.row?.parameters ?? 0 > 1_000_000 && item.head.row?.allocationsPerCall == 0)
    }
    #expect(run.cases[1].head.digest == run.cases[2].head.digest, "one result for all thread counts")
    #expect(Set(run.turns.map(\.index)) == [0, 1, 2] && Set(run.turns.map(\.round)).isSuperset(of: [0, 1]))
    #expect(scratch.text("g.json")?.contains("\"head/light/tiled/layers/") == true)
  }

  private func wait(_ tool: Tool, _ scratch: Scratch, _ name: String, lines: Int) throws {
    try tool.wait(for: "line \(lines) of \(name)") {
      (scratch.text(name) ?? "").count(where: \.isNewline) >= lines
    }
  }

  /// Whether a process is there.
  private func isAlive(_ id: pid_t) -> Bool { kill(id, 0) == 0 || errno == EPERM }

  private func pids(_ scratch: Scratch, _ name: String) -> [pid_t] {
    (scratch.text(name) ?? "").split(separator: "\n").compactMap { pid_t($0) }
  }

  /// Ctrl-C in the middle: what was measured is judged and saved, and the builds' processes are gone.
  @Test(arguments: [("0.001", "same", 130), ("0.002", "undetermined", 130)] as [(String, String, Int32)])
  func interruptedCompare(time: String, verdict: String, status: Int32) throws {
    let scratch = try Scratch()
    let log = scratch.file("pids")
    func build(_ name: String, _ time: String) throws -> String {
      try FakeBuild.write(
        name, FakeBuild.script(time: time).replacing("while read", with: "echo $$ >> '\(log)'\nwhile read"),
        in: scratch)
    }
    let tool = try Tool(
      words("compare --base \(try build("base", "0.001")) --head \(try build("head", time)) relu@1x2x3x5")
        + words("--rounds 100000 --save s.txt --output c.csv --output c.md --quiet"), in: scratch.path)
    // Two processes introduce themselves, and each round has two.
    try wait(tool, scratch, "pids", lines: 30)
    tool.send(SIGINT)
    let result = tool.finish()
    #expect(result.status == status, "\(result.error)")
    #expect(
      result.complaints.last
        == "cbambench: interrupted; the judgements above cover what was measured before that",
      "\(result.error)")
    let run = try PairedRunFile.read(try #require(scratch.text("s.txt")))
    #expect(Set(run.turns.map(\.round)).count >= 13 && run.turns.allSatisfy { $0.purpose == .judge })
    let rows = try CSV.rows(try #require(scratch.text("c.csv")))
    let place = try #require(rows[0].firstIndex(of: "verdict"))
    #expect(rows.count == 2 && rows[1][place] == verdict, "\(rows)")
    #expect(scratch.text("c.md")?.hasPrefix("### 1 cases: 1 \(verdict)\n") == true)
    let ids = pids(scratch, "pids")
    #expect(ids.count >= 30 && !ids.contains(where: isAlive))
    let again = try Tool.run(words("compare --samples s.txt --format csv"), in: scratch.path)
    #expect(again.output == scratch.text("c.csv"), "the saved samples say the same")
  }

  /// Before both sides were asked there is nothing to say, least of all that a case is in the base alone.
  @Test func interruptedBeforeTheFirstRound() throws {
    let scratch = try Scratch()
    let log = scratch.file("pids")
    let slow = FakeBuild.script(open: "echo $$ >> '\(log)'; exec sleep 1000")
    let base = try FakeBuild.write("base", slow, in: scratch)
    try scratch.write("c.csv", "precious".utf8)
    let tool = try Tool(
      words("compare --base \(base) relu@1x2x3x5 relu@1x2x3x7 --output c.csv --quiet"), in: scratch.path)
    try wait(tool, scratch, "pids", lines: 1)
    tool.send(SIGINT)
    let result = tool.finish()
    #expect(result.status == 130, "\(result.error)")
    #expect(result.error == "cbambench: interrupted; nothing had been measured yet\n")
    #expect(scratch.text("c.csv") == "precious")
    let ids = pids(scratch, "pids")
    #expect(!ids.isEmpty && !ids.contains(where: isAlive))
  }
}
