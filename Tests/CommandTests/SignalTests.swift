import Foundation
import Glibc
import Harness
import Measurement
import Processes
import Testing

/// One signal ends whatever a command waits for, with status 130.
@Suite struct SignalTests {
  /// The report is on standard output; then the pipe waits for a reader.
  @Test func aPipeWithoutAReader() throws {
    let scratch = try Scratch()
    try #require(mkfifo(scratch.file("x.csv"), 0o600) == 0)
    let tool = try Tool(["cost", "relu@1x1x1x1", "--output", "x.csv"], in: scratch.path)
    try tool.wait(for: "a report") { !tool.outputSoFar.isEmpty }
    tool.send(SIGTERM)
    let result = tool.finish()
    #expect(result.status == 130 && result.error.hasPrefix("cbambench: interrupted; "), "\(result.error)")
  }

  /// The profiler's file in memory is there as long as it samples.
  @Test func aProfile() throws {
    let tool = try Tool(["profile", "cbam@1x64x56x56", "--threads", "1", "--budget", "1000000"])
    try tool.wait(for: "a profiler") {
      let files = "/proc/\(tool.id)/fd"
      let names = (try? FileManager.default.contentsOfDirectory(atPath: files)) ?? []
      return names.contains {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "\(files)/\($0)"))?.hasPrefix(
          "/memfd:cbambench")
          == true
      }
    }
    tool.send(SIGTERM)
    let result = tool.finish()
    #expect(result.status == 130, "\(result.error)")
  }

  /// A build that does not answer: it is no loss of its own, and it is gone.
  @Test func aComparisonWithABuildThatHangs() throws {
    let scratch = try Scratch()
    let hangs = "echo $$ > \(scratch.file("hangs")); sleep 600"
    let base = try FakeBuild.write("base", FakeBuild.script(measure: hangs), in: scratch)
    let head = try FakeBuild.write("head", FakeBuild.script(measure: hangs), in: scratch)
    let line =
      "compare --base \(base) --head \(head) relu@1x2x3x5 --rounds 3 --case-limit 100000 --save s.txt"
    let tool = try Tool(words(line), in: scratch.path)
    try tool.wait(for: "a turn") { scratch.text("hangs")?.hasSuffix("\n") == true }
    tool.send(SIGTERM)
    let result = tool.finish()
    #expect(result.status == 130, "\(result.error)")
    #expect(!result.error.contains("crashed") && !result.output.contains("limit"), "\(result.error)")
    let id = try #require(pid_t(scratch.text("hangs")?.dropLast() ?? ""))
    #expect(kill(id, 0) != 0 && errno == ESRCH)
  }

  /// The head's file is gone when the first round wants it: the head is not called broken for that.
  @Test func aBuildThatCannotBeStartedAgain() throws {
    let scratch = try Scratch()
    let script = FakeBuild.script().replacing("quit*) exit 0", with: "quit*) rm -f \"$0\"; exit 0")
    let base = try FakeBuild.write("base", FakeBuild.script(), in: scratch)
    let head = try FakeBuild.write("head", script, in: scratch)
    let result = try Tool.run(
      words("compare --base \(base) --head \(head) relu@1x2x3x5 --rounds 3"), in: scratch.path)
    #expect(result.status == 2 && result.output.isEmpty, "\(result.error)")
    #expect(
      result.error == "cbambench: --head \(head): cannot be started: No such file or directory\n")
  }

  /// What nobody asks for is refused with the bounds, and the process goes on.
  @Test func requestsOutOfBounds() throws {
    let lines = [
      "measure 0 8796093022207", "measure 0 1e300", "measure 0 -1", "measure 0 0", "measure 0 nan",
      "measure 0",
      "measure 9223372036854775807 0.001", "measure 0 0.001", "measure -1 0.001", "measure",
      "open check kernels=tiled isas=baseline threads=99999999 cache=hot seed=1 without= relu@1x1x1x1",
      "open check kernels=tiled isas=baseline threads=1 cache=hot seed=1 without= relu@9223372036854775807x9x9x9",
      "hello 99999999999999999999", "close",
    ]
    let script = "printf '%s\\n' \"$@\" | '\(Tool.path)' serve"
    let said = try Program.run(["sh", "-c", script, "sh"] + lines, keeping: .output, limit: Seconds(600))
    #expect(said.ending == .exited(status: 0))
    let replies = said.text.split(separator: "\n")
    #expect(replies.count == lines.count && replies.last == "closed", "\(said.text)")
    #expect(replies.dropLast().allSatisfy { $0.hasPrefix("refused ") }, "\(said.text)")
    for reply in replies.prefix(6) { #expect(reply.contains("more than 0 up to 60 s"), "\(reply)") }
  }

  /// Nothing that asks is there any more: a serving process ends with it, and on SIGTERM.
  @Test func servingEndsOnSIGTERM() throws {
    var ends: [Int32] = [0, 0]
    var replies: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0 && pipe(&replies) == 0)
    for end in ends + replies { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { for end in [ends[1], replies[0]] { close(end) } }
    let serve = try Program([Tool.path, "serve"], Program.Streams(input: ends[0], output: replies[1]))
    for end in [ends[0], replies[1]] { close(end) }
    _ = write(ends[1], "hello 1\n", 8)
    var byte: UInt8 = 0
    try #require(read(replies[0], &byte, 1) == 1)
    serve.stop(grace: Seconds(60))
    #expect(serve.ended() == .crashed(signal: SIGTERM))
  }
}
