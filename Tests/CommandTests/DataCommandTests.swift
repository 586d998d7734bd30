import Foundation
import Records
import Testing

/// `--data`, `--weights-data` and `--budget` from outside.
@Suite struct DataCommandTests {
  @Test func recordsSayWhatTheDataWas() throws {
    let run = ["run", "conv:out=4@1x4x5x5", "--rounds", "1", "--threads", "1"]
    for (options, text) in [
      ([], "dense"), (["--data", "denormal"], "denormal"),
      (["--data", "sparse:0.9", "--weights-data", "denormal"], "sparse:0.9 weights=denormal"),
    ] as [([String], String)] {
      let records = try RunTests.records(run + options)
      #expect(records.count == 2 && records.allSatisfy { $0.status == "ok" && $0.data == text })
    }
  }

  @Test(arguments: [
    ("run relu@1x1x1x1 --data ones", "expected dense, zeros, sparse:SHARE"),
    ("verify relu@1x1x1x1 --data x.npy", "No such file"),
    ("profile relu@1x1x1x1 --data sparse:1.5", "expected dense"),
    ("run relu@1x1x1x1 --weights-data x.npy", "--weights-data x.npy"),
    ("compare --base /bin/true relu@1x1x1x1 --data fifo.npy", "is not a regular file"),
    ("run relu@1x1x1x1 --data text.npy", "is not a .npy file"),
  ])
  func badDataIsOneSentence(line: String, reason: String) throws {
    let scratch = try Scratch()
    try scratch.write("text.npy", "text".utf8)
    #expect(mkfifo(scratch.file("fifo.npy"), 0o600) == 0)
    let result = try Tool.run(line.split(separator: " ").map(String.init), in: scratch.path)
    #expect(result.status == 2 && result.error.contains(reason), "\(result.error)")
    #expect(result.error.split(separator: "\n").count == 1 && result.output.isEmpty)
  }

  /// Three thousand workloads have 15,000 rounds of 100 µs at least: one second does not suffice on any machine.
  @Test func whatIsNotReachedIsTold() throws {
    let scratch = try Scratch()
    let lines = (1...3000).map { "relu@1x1x1x\($0)\n" }.joined()
    try scratch.write("many.suite", lines.utf8)
    let run = [
      "run", "many.suite", "--threads", "1", "--kernels", "tiled", "--budget", "1", "--format", "csv",
    ]
    let result = try Tool.run(run, in: scratch.path)
    let records = try CSV.records(result.output)
    let skipped = records.filter { $0.reason == "not reached within --budget 1" }
    #expect(result.status == 0 && records.count == 3000 && records[0].status == "ok")
    #expect(!skipped.isEmpty && skipped.allSatisfy { $0.status == "skipped" && $0.medianMs == nil })
    let note = "cbambench: \(skipped.count) of 3000 workloads were not reached within --budget 1"
    #expect(result.error.contains(note))
  }
}
