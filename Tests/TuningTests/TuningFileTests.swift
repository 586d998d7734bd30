import Foundation
import Kernels
import Operators
import Records
import Tensors
import Testing
import Tuning
import Workloads

/// Times of kernels as a file.
@Suite struct TuningFileTests {
  private static let text = "conv:out=8,k=3,p=1@1x4x9x9"
  private static let machine = TuningFile.fingerprintHere

  private static func record(
    _ kernel: String, _ ms: Double?, threads: Int = 1, isa: ISA = .baseline, text: String = text,
    machine: String = machine, status: String = "ok", cache: String = "hot"
  ) -> Record {
    var record = Record()
    (record.workloadText, record.kernel, record.isa, record.threads) = (text, kernel, isa.rawValue, threads)
    (record.medianMs, record.fingerprint, record.status, record.cache) = (ms, machine, status, cache)
    return record
  }

  private static func fastest(_ file: TuningFile, isa: ISA = .baseline) throws -> String? {
    let workload = try Workload(text)
    return file.times().fastest(workload.op, workload.inputs, isa: isa)
  }

  private static func file(_ records: Record...) -> TuningFile {
    var file = TuningFile()
    file.add(records)
    return file
  }

  private static func read(_ text: String) throws -> TuningFile {
    let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).csv").path
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try TuningFile(path: path)
  }

  @Test func whatIsWrittenIsRead() throws {
    let file = Self.file(
      Self.record("tiled/a", 2), Self.record("tiled/b", 1), Self.record("tiled/a", 1, machine: "another"))
    let again = try Self.read(file.text)
    #expect(again.records.count == 3)
    #expect(again.text == file.text && again.isOwn)
    #expect(try !Self.read(CSV.text(file.records)).isOwn)
    #expect(again.fingerprints == [Self.machine, "another"].sorted())
    #expect(try Self.fastest(again) == "tiled/b")
    #expect(again.times(fingerprint: "a third").count == 0)
  }

  /// Any spelling of a workload is the same workload.
  @Test func textsAreRead() throws {
    let spelt = "conv:k=3,out=8,p=1,bias=1,s=1@1x4x9x9"
    let file = Self.file(Self.record("tiled/a", 2, text: spelt), Self.record("tiled/b", 1, text: spelt))
    #expect(try Self.fastest(file) == "tiled/b")
  }

  @Test func newRowsReplaceOldOnesOfTheSameCase() throws {
    var file = Self.file(
      Self.record("tiled/a", 2), Self.record("tiled/b", 1), Self.record("tiled/a", 5, machine: "another"))
    file.add([Self.record("tiled/a", 0.5), Self.record("tiled/a", 7, threads: 2)])
    #expect(file.records.map(\.medianMs) == [1, 5, 0.5, 7])
  }

  /// Wrong results, the reference, evicted caches and rows without a time tell nothing.
  @Test func onlyTimesOfRightKernelsCount() throws {
    let file = Self.file(
      Self.record("tiled/a", 3), Self.record("tiled/b", 4), Self.record("tiled/c", 1, status: "disagrees"),
      Self.record("tiled/d", nil), Self.record("tiled/e", 1, cache: "cold"), Self.record("reference", 1))
    #expect(file.records.map(\.kernel) == ["tiled/a", "tiled/b"])
    #expect(try Self.fastest(file) == "tiled/a")
  }

  @Test func operatorsOfOtherBuildsAreLeftOut() throws {
    let file = Self.file(
      Self.record("tiled/a", 3, text: "novelty:out=3@1x4x9x9"), Self.record("tiled/b", 4),
      Self.record("tiled/c", 3))
    #expect(file.times().count == 1)
  }

  /// The geometric mean over thread counts with which most kernels were measured.
  @Test func threadCountsAreAveraged() throws {
    let both = Self.file(
      Self.record("tiled/a", 4), Self.record("tiled/a", 1, threads: 2), Self.record("tiled/b", 3),
      Self.record("tiled/b", 3, threads: 2))
    #expect(try Self.fastest(both) == "tiled/a")
    let one = Self.file(
      Self.record("tiled/a", 4), Self.record("tiled/a", 0.1, threads: 2), Self.record("tiled/b", 3))
    #expect(try Self.fastest(one) == "tiled/b")
  }

  @Test(arguments: [
    ("", "no header"), ("a,b\n1,2\n", "not a file of records"),
    ("workload_text,kernel\n", "no column named 'isa'"),
    (
      "workload_text,kernel,isa,threads,cache,status,median_ms\nrelu@1x1,tiled/a,avx2,1,hot,ok,fast\n",
      "line 2: 'fast' in column 'median_ms' is not a number"
    ),
    (
      "workload_text,kernel,isa,threads,cache,status,median_ms\nrelu@1x1,tiled/a,avx2,1,hot,ok,1\n"
        + "relu@1x1,tiled/a,avx2,1,hot,ok,2\n", "line 3: the same case as line 2"
    ),
    ("workload_text,kernel,isa,threads,cache,status,median_ms\nrelu@1x1,tiled/a,avx2,1,hot,ok", "6 fields"),
  ])
  func refusals(text: String, part: String) throws {
    let error = #expect(throws: TuningError.self) { try Self.read(text) }
    #expect("\(try #require(error))".contains(part), "\(error?.description ?? "")")
  }

  @Test func aFileThatIsNotThereIsNamed() {
    let error = #expect(throws: TuningError.self) { try TuningFile(path: "nosuch.csv") }
    #expect(error?.description == "nosuch.csv: there is no such file")
  }
}
