import Foundation
import Kernels
import Records
import Testing
import Tuning

/// `tune`, and what `--tuned` makes of its file.
@Suite struct TuneTests {
  private static let conv = "conv:out=8,k=3,p=1@1x4x9x9"

  private func tune(_ targets: [String], _ scratch: Scratch, _ options: [String] = []) throws -> Tool.Result {
    try Tool.run(
      ["tune"] + targets + ["--isa", "baseline", "--rounds", "1"] + options, in: scratch.path)
  }

  /// The kernel that is chosen for a target.
  private func chosen(_ target: String, _ scratch: Scratch, _ options: [String]) throws -> String? {
    let result = try Tool.run(
      [
        "run", target, "--kernels", "tiled", "--isa", "baseline", "--threads", "1", "--rounds", "1",
        "--format",
      ]
        + ["csv"] + options, in: scratch.path)
    #expect(result.status == 0, "\(result.error)")
    return try CSV.records(result.output).first?.kernel
  }

  @Test func theFileHoldsRivalsAndTheTableTheChoice() throws {
    let scratch = try Scratch()
    let result = try tune([Self.conv], scratch)
    #expect(result.status == 0, "\(result.error)")
    #expect(result.output.contains("the selector's choice was within 5.0 % of the fastest kernel in"))
    let records = try TuningFile(path: scratch.path + "/tuned.csv").records
    #expect(records.count > 1 && Set(records.map(\.kernel)).count == records.count)
    #expect(records.allSatisfy { $0.fingerprint == TuningFile.fingerprintHere && $0.threads == 1 })
  }

  /// Whatever was measured, the fastest in the file is taken: alone, and as a layer of a network.
  @Test(arguments: [0, 1])
  func theFastestInTheFileIsTaken(fastest: Int) throws {
    let scratch = try Scratch()
    #expect(try tune([Self.conv], scratch, ["--into", "t.csv"]).status == 0)
    var records = try TuningFile(path: scratch.path + "/t.csv").records
    for index in records.indices { records[index].medianMs = index == fastest ? 1 : 2 }
    var file = TuningFile()
    file.add(records)
    try scratch.write("t.csv", file.text.utf8)
    #expect(try chosen(Self.conv, scratch, ["--tuned", "t.csv"]) == records[fastest].kernel)
    let listed = try Tool.run(
      ["list", "kernels", Self.conv, "--isa", "baseline", "--tuned", "t.csv", "--format", "csv"],
      in: scratch.path)
    #expect(try CSV.rows(listed.output)[1][6] == records[fastest].kernel)
  }

  /// A network's layers are measured, each once, and another run adds to the file.
  @Test func layersOfNetworksAreMeasuredAndRowsAdded() throws {
    let scratch = try Scratch()
    let block = "bottleneck:width=8,attention=se,r=2@1x32x6x6"
    #expect(try tune([Self.conv], scratch).status == 0)
    let result = try tune([block, block], scratch)
    #expect(result.status == 0, "\(result.error)")
    let texts = Set(try TuningFile(path: scratch.path + "/tuned.csv").records.map(\.workloadText))
    #expect(texts.contains { $0.hasPrefix("conv:out=8,k=3,s=1,p=1,d=1,g=1,bias=1@1x4x9x9") })
    #expect(texts.contains { $0.hasPrefix("conv:out=8,k=3") && $0.hasSuffix("@1x8x6x6") })
    #expect(texts.contains { $0.hasPrefix("se:") && $0.hasSuffix("@1x32x6x6") })
    #expect(try chosen(block, scratch, ["--tuned", "tuned.csv"]) == "tiled/layers")
  }

  @Test func timesOfOtherMachinesAreToldAndNotUsed() throws {
    let scratch = try Scratch()
    let header = "workload_text,kernel,isa,threads,cache,status,median_ms,fingerprint"
    try scratch.write("t.csv", "\(header)\n\"\(Self.conv)\",a,baseline,1,hot,ok,1,CPU X\n".utf8)
    let result = try Tool.run(
      ["run", Self.conv, "--tuned", "t.csv", "--kernels", "tiled", "--threads", "1", "--rounds", "1"],
      in: scratch.path)
    #expect(result.status == 0)
    #expect(result.error.contains("--tuned t.csv: no times of this machine"))
    #expect(result.error.contains("but of CPU X"))
  }

  @Test func rivalsAreTheChoiceAndThoseNearIt() throws {
    let result = try Tool.run(
      "run", Self.conv, "--kernels", "rivals", "--isa", "baseline", "--threads", "1", "--rounds", "1",
      "--format", "csv")
    let rows = try CSV.records(result.output)
    let listed = try Tool.run("list", "kernels", Self.conv, "--isa", "baseline", "--format", "csv")
    let candidates = try CSV.rows(listed.output).dropFirst()
    let least = try #require(Double(candidates[1][9]))
    let near = candidates.filter { (Double($0[9]) ?? .infinity) < 4 * least }.map { $0[6] }
    #expect(rows.map(\.kernel) == near && near.count > 1)
    // A file of several variants is a file of records.
    #expect(try RecordsFile.read(Data(result.output.utf8)).count == near.count)
  }

  /// Estimates stand beside what was measured.
  @Test func explanationsHaveTimes() throws {
    let result = try Tool.run(
      "run", Self.conv, "--explain", "--kernels", "rivals", "--isa", "baseline", "--threads", "1", "--rounds",
      "1", "--quiet", "--output", "/dev/null", "--format", "csv")
    #expect(result.status == 0, "\(result.error)")
    #expect(result.error.contains("estimated ms") && result.error.contains("measured ms"))
  }

  @Test(arguments: [
    ("tune relu@1x4x4x4", "the selector knows one kernel"), ("tune nosuch", "'nosuch' is not"),
    ("tune cbam --into", "--into needs a value"), ("tune relu@1x4x4x4 --kernels all", "is not an option"),
    ("tune conv:out=4@1x4x4x4 --into nosuch/t.csv", "--into nosuch/t.csv"),
    ("tune conv:out=4@1x4x4x4 --into bad.csv", "--into bad.csv: line 1: no column 'workload'"),
    ("tune conv:out=4@1x4x4x4 --into records.csv", "has columns that 'tune' would not keep"),
    ("run conv:out=4@1x4x4x4 --tuned nosuch.csv", "--tuned nosuch.csv: there is no such file"),
    ("run conv:out=4@1x4x4x4 --tuned bad.csv", "--tuned bad.csv: line 1: no column 'workload'"),
    ("list kernels conv:out=4@1x4x4x4 --tuned bad.csv", "--tuned bad.csv"),
    ("verify conv:out=4@1x4x4x4 --tuned .", "is a folder; a file of times was expected"),
  ])
  func refusals(line: String, part: String) throws {
    let scratch = try Scratch()
    try scratch.write("bad.csv", "not,times\n1,2\n".utf8)
    var record = Record()
    (record.workloadText, record.kernel, record.isa, record.threads) = (Self.conv, "tiled/direct", "avx2", 1)
    (record.status, record.cache, record.medianMs) = ("ok", "hot", 1)
    try scratch.write("records.csv", CSV.text([record]).utf8)
    try BadInputTests.expectRefusal(line.split(separator: " ").map(String.init), part, in: scratch)
  }
}
