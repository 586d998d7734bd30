import Foundation
import Records
import Testing

/// `run --contender`: other engines in the rounds, the right ones and those that do not behave.
@Suite struct ContenderTests {
  private static func run(
    _ flaw: String, _ options: [String] = []
  ) throws -> (result: Tool.Result, rows: [Record]) {
    let scratch = try Scratch()
    let program = try FakeContender.flawed(in: scratch)
    let result = try Tool.run(
      [
        "run", "relu@1x4x5x6", "--contender", "'\(program)' '\(flaw)'", "--rounds", "3", "--threads", "1,2",
        "--format", "csv",
      ] + options, environment: ["TMPDIR": scratch.path])
    // The folder of the tasks is gone.
    #expect(!scratch.names.contains { $0.hasPrefix("cbambench-") })
    let records = result.output.isEmpty ? [] : try CSV.records(result.output)
    // Whatever happens to a contender, the others are measured.
    if !records.isEmpty {
      let ours = records.filter { !$0.isa.isEmpty }
      #expect(ours.count == 3 && ours.allSatisfy { $0.status == "ok" && $0.rounds == 3 })
    }
    return (result, records.filter(\.isa.isEmpty))
  }

  @Test func aContenderIsARow() throws {
    let (result, rows) = try Self.run("")
    #expect(result.status == 0 && result.error.isEmpty, "\(result.error)")
    #expect(rows.map(\.threads) == [1, 2])
    for row in rows {
      #expect(row.status == "ok" && row.kernel == "fake 1.2" && row.requestedKernel.hasSuffix("flawed' ''"))
      #expect(row.rounds == 3 && (row.samples ?? 0) >= 3 && (row.medianMs ?? 0) > 0)
      #expect(row.maxError == 0 && row.errorBound == 0 && row.flops == 120)
      #expect((row.roofGflops ?? 0) > 0 && (row.speedupVsReference ?? 0) > 0 && row.prepareMs != nil)
      #expect(row.cpuMs == nil && row.workspaceBytes == nil)
    }
  }

  @Test func aWrongResultDisagrees() throws {
    let (result, rows) = try Self.run("is wrong")
    #expect(result.status == 3)
    #expect(rows.map(\.status) == ["disagrees", "disagrees"])
    #expect(rows.allSatisfy { $0.reason.hasPrefix("1 of 120 outputs wrong with ") && $0.medianMs == nil })
    let again = try #require(result.complaints.last)
    #expect(again.hasPrefix("cbambench run 'relu@1x4x5x6' --contender '") && again.contains(" --threads 2"))
  }

  /// What it cannot do is a row with its words; what it does not survive, a row that says how.
  @Test(
    arguments: [
      ("refuses", "skipped", "no luck with this"),
      ("crashes", "failed", "crashed with signal 6 (Aborted) while opening or verifying the task"),
      ("floods", "failed", "said more than 1000 lines to one request while opening"),
      ("roars", "failed", "said more than 1 MiB without a line's end while opening"),
      ("babbles", "failed", "said 'nonsense', which is not a reply while opening"),
      ("claims", "failed", "said 'growth 1e+09', which is not a reply while opening"),
      ("misshapes", "failed", "its output0.npy has shape 1x3x5x6; expected 1x4x5x6"),
      ("hides", "failed", "its output0.npy is missing"),
    ])
  func whatItCannotDoIsARow(flaw: String, status: String, reason: String) throws {
    let (result, rows) = try Self.run(flaw)
    #expect(result.status == 0)
    #expect(rows.map(\.status) == [status, status], "\(rows.map(\.reason))")
    #expect(rows.allSatisfy { $0.reason.hasPrefix(reason) && $0.medianMs == nil }, "\(rows.map(\.reason))")
  }

  @Test func aHangEnds() throws {
    let (result, rows) = try Self.run("hangs", ["--case-limit", "20"])
    #expect(result.status == 0 && rows.map(\.status) == ["failed", "failed"])
    #expect(rows.allSatisfy { $0.reason.hasPrefix("took longer than the limit of 20 s while opening") })
  }

  /// One process has the tasks of all thread counts: they are lost together.
  @Test func aCrashWhileItIsMeasuredEndsItsRounds() throws {
    let (result, rows) = try Self.run("crashes late")
    #expect(result.status == 0 && rows.map(\.status) == ["failed", "failed"])
    #expect(
      rows.map(\.reason) == [
        "crashed with signal 6 (Aborted) while it was measured with 2 threads",
        "crashed with signal 6 (Aborted) while it was measured",
      ])
  }

  /// One sentence and status 2, before anything is measured.
  @Test(
    arguments: [
      ("/nowhere/at/all", "cannot be started: No such file or directory"),
      ("'open", "ends within quotes; expected a command"), (" ", "names no program; expected a command"),
      ("sh -c 'echo no; cat'", "said 'no'; expected 'hello 1'"),
      ("sh -c 'echo hello 7 x 1; cat'", "speaks version 7 of the protocol; expected 1"),
      (
        "sh -c 'echo hello 1 0.1.0 suite,workload; cat'",
        "calls itself '0.1.0' 'suite,workload'; expected a name"
      ),
      ("sh -c 'echo no luck >&2; exit 3'", "ended with status 3: no luck"),
    ])
  func aBadCommandIsOneSentence(command: String, sentence: String) throws {
    let result = try Tool.run("run", "relu@1x1x1x1", "--contender", command)
    #expect(result.status == 2 && result.output.isEmpty)
    #expect(result.complaints.count == 1 && result.error.contains(sentence), "\(result.error)")
  }

  @Test func twoOfOneNameAreRefused() throws {
    let scratch = try Scratch()
    let program = try FakeContender.flawed(in: scratch)
    let result = try Tool.run("run", "relu@1x1x1x1", "--contender", program, "--contender", program)
    #expect(result.status == 2 && result.error.contains("is called fake 1.2, as is"))
  }

  /// Nobody can evict the memory of another process.
  @Test func coldCachesAreNotForContenders() throws {
    let (result, rows) = try Self.run("", ["--cache", "cold"])
    #expect(result.status == 0 && rows.map(\.status) == ["skipped"])
  }

  /// The example of the documents, against the oracle.
  @Test(arguments: ["1x6x9x8", "1x3x12x7"])
  func theExampleIsRight(shape: String) throws {
    let scratch = try Scratch()
    let program = try FakeContender.compile(
      FakeContender.source("examples/direct.c"), as: "direct", in: scratch)
    let records = try RunTests.records([
      "run", "conv:out=6,k=3x2,s=2x1,p=1x0x2x1,d=1x2,g=3@\(shape)", "--contender", program, "--rounds", "2",
    ])
    let rows = records.filter { $0.kernel == "direct 1.0" }
    #expect(rows.map(\.status) == ["ok", "skipped"], "\(rows.map(\.reason))")
  }

  private static let hasDNNL = FileManager.default.fileExists(atPath: "/usr/include/dnnl.hpp")

  /// Another library's convolution: where Debian's libdnnl-dev is installed.
  @Test(.enabled(if: hasDNNL, "oneDNN is not installed (libdnnl-dev)"))
  func oneDNNIsRight() throws {
    let scratch = try Scratch()
    let program = try FakeContender.compile(
      FakeContender.source("examples/onednn.cpp"), as: "onednn", with: "c++", ["-fopenmp", "-ldnnl"],
      in: scratch)
    for workload in [
      "conv:out=16,k=3,p=1@1x16x14x14", "conv:out=24,k=5,s=2,p=2,bias=0@2x8x15x13",
      "conv:out=16,k=3,p=1,g=16@1x16x14x14", "conv:out=8,k=3,p=2,d=2,g=4,act=relu@1x12x9x9",
    ] {
      let records = try RunTests.records([
        "run", workload, "--contender", program, "--rounds", "2", "--threads", "1,2",
      ])
      let rows = records.filter { $0.kernel.hasPrefix("onednn ") }
      #expect(rows.map(\.status) == ["ok", "ok"], "\(rows.map(\.reason))")
    }
  }
}
