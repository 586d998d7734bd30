import Foundation
import Measurement
import Records
import Testing

/// `run` on workloads that take no time.
@Suite struct RunTests {
  static let tiny = ["run", "cbam:r=2@1x8x7x7", "--rounds", "2", "--threads", "1,2"]

  static func records(_ arguments: [String]) throws -> [Record] {
    let result = try Tool.run(arguments + ["--format", "csv"])
    #expect(result.status == 0 && result.error.isEmpty, "\(result.error)")
    return try CSV.records(result.output)
  }

  @Test func rowsOfAWorkload() throws {
    let records = try RunTests.records(RunTests.tiny)
    #expect(records.map(\.requestedKernel) == ["reference", "tiled", "tiled"])
    #expect(records.map(\.threads) == [1, 1, 2])
    for record in records {
      #expect(record.status == "ok" && record.reason.isEmpty && record.rounds == 2)
      #expect(record.inputShape == "1x8x7x7" && record.op == "cbam")
      // 2·8·4 weights, 4 + 8 biases, 98 and 2.
      #expect(record.parameters == 64 + 12 + 98 + 2)
      let (flops, median) = (Double(try #require(record.flops)), try #require(record.medianMs))
      #expect(median > 0 && (record.minMs ?? 0) > 0 && (record.minMs ?? 0) <= (record.p95Ms ?? 0))
      let rate = try #require(record.gflops)
      #expect(abs(rate - flops / (median * 1e6)) <= 1e-9 * rate)
      #expect((record.maxError ?? .infinity) <= (record.errorBound ?? 0))
      #expect(record.speedupVsReference.map { $0 > 0 } == true)
    }
    #expect(records[0].kernel == "reference" && records[0].isa == "baseline")
    #expect(records[0].speedupVsReference == 1 && records[1].speedupVs1Thread == 1)
  }

  @Test func sameSeedSameErrors() throws {
    let seeds = try ["5", "5", "6"].map {
      try RunTests.records(RunTests.tiny + ["--seed", $0]).map(\.maxError)
    }
    #expect(seeds[0] == seeds[1] && seeds[0] != seeds[2])
    #expect(seeds[0][1] == seeds[0][2], "bits must not depend on the thread count")
  }

  @Test func formsOfStandardOutput() throws {
    let json = try Tool.run(RunTests.tiny + ["--format", "json"]).output
    let objects = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [[String: Any]]
    #expect(objects?.count == 3 && objects?.allSatisfy { $0["median_ms"] is Double } == true)
    let markdown = try Tool.run(RunTests.tiny + ["--format", "markdown"]).output.split(separator: "\n")
    #expect(markdown.count == 5 && markdown.allSatisfy { $0.hasPrefix("|") })
    #expect(try Tool.run(RunTests.tiny).output.contains("median ms"))
  }

  @Test func layersOfANetworkAreSummedUp() throws {
    let scratch = try Scratch()
    try scratch.write("net.suite", "a *3 = relu@1x8x7x7\nb = relu@1x8x7x9\n".utf8)
    let run = ["run", "net.suite", "--rounds", "1", "--threads", "1", "--output", "net.csv"]
    let lines = try Tool.run(run, in: scratch.path).output.split(separator: "\n")
    #expect(lines.suffix(3).first?.hasPrefix("net: every median times its multiplicity") == true)
    #expect(lines.suffix(2).allSatisfy { $0.hasSuffix("ms for 4 layers, 0 MACs") })
    let records = try CSV.records(try #require(scratch.text("net.csv")))
    #expect(records.map(\.multiplicity) == [3, 3, 1, 1])
    #expect(try RunTests.records(RunTests.tiny).allSatisfy { $0.multiplicity == 1 })
  }

  @Test func filesBesideTheTable() throws {
    let scratch = try Scratch()
    let files = ["--output", "x.csv", "--output", "x.json"]
    let loud = try Tool.run(RunTests.tiny + files, in: scratch.path)
    #expect(loud.status == 0 && loud.output.contains("median ms") && loud.error.isEmpty)
    #expect(scratch.names == ["x.csv", "x.json"])
    let records = try CSV.records(try #require(scratch.text("x.csv")))
    let objects = try JSONSerialization.jsonObject(with: Data((scratch.text("x.json") ?? "").utf8))
    #expect(records.count == 3)
    let medians = (objects as? [[String: Any]])?.compactMap { $0["median_ms"] as? Double } ?? []
    #expect(medians.count == records.count)
    for (median, record) in zip(medians, records) {
      #expect(abs(median - (record.medianMs ?? 0)) <= 1e-12 * median)
    }
    let quiet = try Tool.run(RunTests.tiny + ["--quiet", "--output", "y.csv"], in: scratch.path)
    #expect(quiet.status == 0 && quiet.output.isEmpty && quiet.error.isEmpty)
    #expect(scratch.names == ["x.csv", "x.json", "y.csv"])
  }

  @Test func threadsAboveTheCPUsAreMarked() throws {
    let many = Machine().usableCPUs + 3
    let records = try RunTests.records(["run", "relu@1x8x7x7", "--rounds", "1", "--threads", "\(many),1"])
    #expect(records.map(\.threads) == [1, 1, many])
    #expect(records.map(\.oversubscribed) == [0, 0, 1])
  }

  @Test func instructionSetsThatAreMissingAreRows() throws {
    let records = try RunTests.records(
      ["run", "relu@1x8x7x7", "--rounds", "1", "--threads", "1", "--isa", "baseline,avx2,avx512"])
    #expect(records.count == 4)
    for isa in ["baseline", "avx2", "avx512"] {
      let row = try #require(records.first { $0.isa == isa && $0.requestedKernel == "tiled" })
      if row.status == "ok" { continue }
      #expect(
        row.status == "skipped" && row.reason == "this machine cannot execute \(isa)" && isa != "baseline")
      #expect(row.medianMs == nil && row.gflops == nil)
    }
  }

  @Test func allKernelsThatApply() throws {
    let records = try RunTests.records(
      ["run", "conv:out=8,k=3,p=1@1x4x7x7", "--rounds", "1", "--threads", "1", "--kernels", "all"])
    let kernels = records.map(\.kernel)
    #expect(kernels.first == "reference" && Set(kernels).count == kernels.count)
    #expect(kernels.contains("tiled/direct") && kernels.contains("tiled/rows"))
    #expect(records.allSatisfy { $0.status == "ok" })
  }

  @Test func kernelsThatDoNotApplyAreRows() throws {
    let records = try RunTests.records(
      ["run", "relu@1x8x7x7", "--rounds", "1", "--kernels", "reference,tiled/pool", "--threads", "1"])
    #expect(records.map(\.status).sorted() == ["ok", "skipped"])
    #expect(records.contains { $0.kernel == "tiled/pool" && $0.reason == "tiled/pool computes pools only" })
  }

  /// As `| head -1` does: the reader is gone before the first byte.
  @Test(arguments: ["run relu@1x1x1x1 --rounds 1", "cost cbam", "list", "--help"])
  func readersMayLeave(line: String) throws {
    let pipe = Pipe()
    try pipe.fileHandleForReading.close()
    let result = try Tool(words(line), output: pipe.fileHandleForWriting).finish()
    #expect(result.status == 0 && result.error.isEmpty, "\(result.error)")
  }
}
