import Foundation
import Glibc
import Harness
import Measurement
import Processes
import Records
import Testing

/// Short of what a process needs: each command does its work or says in a sentence what is missing, and blames nobody.
@Suite struct ResourceTests {
  static let workload = "relu@1x2x3x5"

  /// - Parameter part: words of the only line on standard error.
  private func expectRefusal(
    _ line: String, _ shell: String, _ part: String, in scratch: Scratch? = nil,
    environment: [String: String] = [:], sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let result = try Tool.run(words(line), in: scratch?.path, environment: environment, shell: shell)
    #expect(result.status == 2, "\(shell); \(line): \(result.error)", sourceLocation: sourceLocation)
    #expect(result.complaints.count == 1, "\(result.error)", sourceLocation: sourceLocation)
    #expect(result.error.hasPrefix("cbambench: "), "\(result.error)", sourceLocation: sourceLocation)
    #expect(result.error.contains(part), "\(result.error)", sourceLocation: sourceLocation)
  }

  /// A crash of the child, a head that is blamed, a missing command: whatever the number, none of them.
  @Test(arguments: [
    "run \(workload) --rounds 1 --threads 1 --quiet --output x.csv", "list suites", "cost \(workload)",
    "verify \(workload) --threads 1", "gate a.csv --baseline a.csv",
    "compare --base \(Tool.path) \(workload) --rounds 1 --threads 1",
  ])
  func fewDescriptors(line: String) throws {
    let scratch = try Scratch()
    let records = try Tool.run(words("run \(Self.workload) --rounds 1 --threads 1 --format csv"))
    try scratch.write("a.csv", records.output.utf8)
    var statuses: Set<Int32> = []
    for limit in [4, 5, 6, 8, 10, 13, 15, 17, 24, 64] {
      let result = try Tool.run(words(line), in: scratch.path, shell: "ulimit -n \(limit)")
      // Below that the loader finds no library, before the first line of this program.
      if result.status == 127 && result.error.contains("shared libraries") { continue }
      statuses.insert(result.status)
      if result.status == 0 { continue }
      #expect(result.status == 2, "\(limit): \(result.error)")
      #expect(result.complaints.count == 1 && result.output.isEmpty, "\(limit): \(result.error)")
      #expect(result.error.hasPrefix("cbambench: too few file descriptors: "), "\(limit): \(result.error)")
      #expect(result.error.contains("ulimit -n is \(limit)"), "\(result.error)")
    }
    #expect(statuses.contains(0))
    #expect(Set(scratch.names).subtracting(["x.csv"]) == ["a.csv"])
  }

  /// Each thread takes more address space than there is: as where the number of processes is limited, but for root too.
  private static let fewThreads = "ulimit -s 4000000 && ulimit -v 8000000"

  @Test func threadsThatCannotBeHadAreRows() throws {
    let run = try Tool.run(
      words("run \(Self.workload) --threads 1,5 --rounds 1 --format csv"), shell: Self.fewThreads)
    try #require(run.status == 0, "\(run.error)")
    let records = try CSV.records(run.output)
    #expect(records.map(\.threads) == [5, 1, 1] || records.map(\.threads) == [1, 1, 5])
    for record in records {
      #expect(record.status == (record.threads == 5 ? "skipped" : "ok"))
      let isNamed = record.reason.hasPrefix("this machine gives no more threads: ")
      #expect(isNamed == (record.threads == 5), "\(record.reason)")
    }
    let verify = try Tool.run(
      words("verify \(Self.workload) --threads 1,5 --kernels tiled --isa baseline --format csv"),
      shell: Self.fewThreads)
    #expect(verify.status == 0, "\(verify.error)")
    let rows = try CSV.rows(verify.output).dropFirst()
    #expect(Set(rows.map { $0[3] }) == ["1", "5"], "\(verify.output)")
    for row in rows {
      #expect(
        row[6] == "right"
          || row[3] == "5" && row[6].hasPrefix("skipped: this machine gives no more threads: "))
    }
  }

  /// Where nothing else is asked for, nothing is measured.
  @Test(arguments: [
    "verify \(workload) --kernels tiled --threads 5", "profile \(workload) --threads 5",
    "profile \(workload) --heap --threads 5", "machine --threads 5",
    "compare --base \(Tool.path) \(workload) --kernels tiled --threads 5 --rounds 1 --quiet --output x.csv",
    "run \(workload) --kernels tiled --threads 5 --rounds 1 --quiet --output x.csv",
  ])
  func threadsThatCannotBeHadAreNamed(line: String) throws {
    let scratch = try Scratch()
    let result = try Tool.run(words(line), in: scratch.path, shell: Self.fewThreads)
    #expect(result.status == 2, "\(result.error)")
    #expect(!result.error.contains("crashed"), "\(result.error)")
    if !line.hasPrefix("compare") {
      #expect(result.complaints.count == 1, "\(result.error)")
      #expect(result.error.contains("this machine gives no more threads: "), "\(result.error)")
    }
  }

  /// The oracle of a convolution shares its channels among threads, too; it does with those there are.
  @Test func theOracleDoesWithoutThreads() throws {
    let result = try Tool.run(
      words("verify conv:out=8,k=3,p=1@1x4x9x9 cbam@1x16x5x5 --threads 1"), shell: Self.fewThreads)
    #expect(result.status == 0 && !result.error.contains(" 0 of "), "\(result.error)")
  }

  /// Of a limited address space, too.
  @Test func memoryThatCannotBeMappedIsARow() throws {
    let result = try Tool.run(
      words("run relu@1x64x512x512 \(Self.workload) --threads 1 --rounds 1 --format csv"),
      shell: "ulimit -v 150000")
    try #require(result.status == 0, "\(result.error)")
    let records = try CSV.records(result.output)
    #expect(records.map(\.status) == ["skipped", "skipped", "ok", "ok"])
    #expect(records.first?.reason.contains("MiB are available") == true)
  }

  @Test func aSmallStackIsNamed() throws {
    try expectRefusal("cost \(Self.workload)", "ulimit -s 64", "the stack is limited to 64 KiB (ulimit -s)")
  }

  /// A limited size of files is a full disk: said, no signal, nothing half-written.
  @Test func filesThatMayNotGrow() throws {
    let scratch = try Scratch()
    let result = try Tool.run(
      words("run \(Self.workload) --threads 1 --rounds 1 --quiet --output x.csv"), in: scratch.path,
      shell: "ulimit -f 1")
    #expect(result.status == 2 && scratch.names.isEmpty, "\(result.error) \(scratch.names)")
    #expect(
      result.error == """
        cbambench: x.csv.partial: cannot be written: File too large; measuring goes on without
        cbambench: --output x.csv: cannot be written: File too large

        """)
    try expectRefusal("profile \(Self.workload) --budget 1", "ulimit -f 8", "(ulimit -f)")
  }

  /// The rows are on the disk already, in a form that is smaller.
  @Test func aDiskThatFillsAtTheEnd() throws {
    let scratch = try Scratch()
    let line = "run \(Self.workload) --threads 1 --rounds 1 --quiet --output x.csv --output x.json"
    let whole = try Tool.run(words(line), in: scratch.path)
    try #require(whole.status == 0)
    let sizes = try ["x.csv", "x.json"].map { try #require(scratch.text($0)).utf8.count }
    let probe = try Program.run(
      ["sh", "-c", "trap '' XFSZ; ulimit -f 8; head -c 100000 /dev/zero > \(scratch.file("f")); :"],
      keeping: .output,
      limit: Seconds(600))
    // Blocks of 512 bytes, or of 1024 in some shells.
    let unit = try #require(scratch.text("f")).utf8.count / 8
    try #require([512, 1024].contains(unit), "\(probe.ending)")
    for name in scratch.names { unlink(scratch.file(name)) }
    let blocks = (sizes[0] + sizes[1]) / 2 / unit
    let result = try Tool.run(words(line), in: scratch.path, shell: "ulimit -f \(blocks)")
    #expect(result.status == 2)
    #expect(
      result.error == """
        cbambench: --output x.json: cannot be written: File too large; rows so far are in x.csv.partial; \
        'cbambench run --resume x.csv.partial' continues

        """)
    #expect(scratch.names == ["x.csv", "x.csv.partial"])
    let resumed = try Tool.run(words("run --resume x.csv.partial"), in: scratch.path)
    #expect(resumed.status == 0, "\(resumed.error)")
    #expect(scratch.names == ["x.csv", "x.json"])
  }

  /// Profilers write into memory: no folder is needed, and none of a known name is used.
  @Test(arguments: ["", " --heap"]) func profilesNeedNoFolder(option: String) throws {
    let scratch = try Scratch()
    let result = try Tool.profile(
      words(Self.workload + option), in: scratch.path,
      environment: ["TMPDIR": "/nowhere"])
    #expect(result.status == 0 && result.error.isEmpty, "\(result.error)")
    #expect(scratch.names.isEmpty)
  }

  /// A stream that is closed: what is opened first does not take its place.
  @Test func closedStreams() throws {
    let scratch = try Scratch()
    let line = "run \(Self.workload) --threads 1 --rounds 1 --output x.csv"
    let result = try Tool.run(words(line), in: scratch.path, shell: "exec >&-")
    #expect(result.status == 2, "\(result.error)")
    #expect(result.error.contains("standard output: cannot be written"), "\(result.error)")
    let silent = try Tool.run(words(line), in: scratch.path, shell: "exec 2>&- <&-")
    #expect(silent.status == 0 || silent.status == 2)
    #expect(try CSV.records(try #require(scratch.text("x.csv"))).count == 2)
  }
}
