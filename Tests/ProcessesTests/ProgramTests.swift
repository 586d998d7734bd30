import CPlatform
import Glibc
import Measurement
import Processes
import Testing

/// Other programs: what they say, how they end, and that none outlives its limit.
@Suite struct ProgramTests {
  /// Longer than any test waits: what takes it is a hang.
  static let long = Seconds(600)

  private func run(_ script: String, keeping stream: Program.Stream = .output) throws -> Program.Said {
    try Program.run(["sh", "-c", script], keeping: stream, limit: Self.long)
  }

  @Test func oneStreamIsKept() throws {
    let script = "echo out; echo err >&2; exit 3"
    let (output, error) = (try run(script), try run(script, keeping: .error))
    #expect(output.text == "out\n" && error.text == "err\n")
    #expect(output.ending == .exited(status: 3) && "\(error.ending)" == "ended with status 3")
  }

  /// A pipe that nobody empties would stop the program at 64 KiB.
  @Test func muchOutputIsCutAndBlocksNothing() throws {
    let said = try run("head -c 1000000 /dev/zero; exit 5")
    #expect(said.text.utf8.count == Program.most && said.ending == .exited(status: 5))
  }

  /// A grandchild keeps the pipe open; the end of the program counts.
  @Test func theEndOfTheProgramCounts() throws {
    let said = try run("sleep 600 & echo said; exit 0")
    #expect(said.text == "said\n" && said.ending == .exited(status: 0))
  }

  /// This process ignores SIGPIPE, and who started it may ignore others.
  @Test(arguments: [SIGTERM, SIGINT, SIGPIPE, SIGXFSZ]) func signalsAreAsUsual(number: Int32) throws {
    let before = signal(number, SIG_IGN)
    defer { signal(number, before) }
    #expect(try run("kill -\(number) $$; exit 0").ending == .crashed(signal: number))
  }

  @Test func whatCannotBeStartedIsSaid() {
    for path in ["/nowhere/at/all", "cbambench-no-such-program", "/etc/passwd"] {
      let loss = #expect(throws: Program.Loss.self) {
        try Program.run([path], keeping: .output, limit: Self.long)
      }
      #expect(loss.map { "\($0)" }?.hasPrefix("cannot be started: ") == true, "\(path)")
    }
  }

  @Test func variablesAreAddedOrReplaced() throws {
    setenv("CBAMBENCH_TEST", "old", 1)
    let said = try Program.run(
      ["sh", "-c", "echo $CBAMBENCH_TEST $CBAMBENCH_TEST_2 ${PATH:+path}"], keeping: .output,
      limit: Self.long,
      environment: ["CBAMBENCH_TEST": "new", "CBAMBENCH_TEST_2": "2"])
    #expect(said.text == "new 2 path\n")
  }

  /// Reads to the end of a stream: nil if it does not end in the time of a hang.
  private func rest(of file: Int32) -> String? {
    var text = ""
    while true {
      var request = pollfd(fd: file, events: Int16(POLLIN), revents: 0)
      guard poll(&request, 1, 60_000) > 0 else { return nil }
      var bytes = [UInt8](repeating: 0, count: 256)
      let count = read(file, &bytes, bytes.count)
      if count <= 0 { return text }
      text += String(decoding: bytes[..<count], as: UTF8.self)
    }
  }

  /// One that does not hear SIGTERM, with a child of its own: the pipe ends when all who hold it have ended.
  @Test func nothingOutlivesTheLimit() throws {
    var ends: [Int32] = [0, 0]
    try #require(cplatform_pipe(&ends) == 0)
    defer { close(ends[0]) }
    let script = "trap '' TERM INT; echo begun; sleep 600 & wait; sleep 600"
    let program = try Program(["sh", "-c", script], Program.Streams(output: ends[1]))
    close(ends[1])
    var first = [UInt8](repeating: 0, count: 6)
    #expect(read(ends[0], &first, 6) == 6 && program.ended() == nil)
    program.stop(grace: Seconds(0.01))
    #expect(rest(of: ends[0]) == "")
    #expect(program.ended() == .crashed(signal: SIGKILL))
  }

  @Test func aLimitAndAnInterruptionEndIt() {
    let limit = #expect(throws: Program.Loss.self) {
      try Program.run(["sleep", "600"], keeping: .output, limit: Seconds(0.01))
    }
    if case .slow = limit {} else { Issue.record("\(String(describing: limit))") }
    let interruption = #expect(throws: Program.Loss.self) {
      try Program.run(["sleep", "600"], keeping: .output, limit: Self.long, isInterrupted: { true })
    }
    if case .interrupted = interruption {} else { Issue.record("\(String(describing: interruption))") }
  }
}
