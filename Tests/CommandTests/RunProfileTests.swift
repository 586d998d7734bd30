import Foundation
import Glibc
import Measurement
import Profiling
import Records
import Testing

/// `run --profile`: files beside the records, and records whatever becomes of the files.
@Suite(.serialized) struct RunProfileTests {
  private static let endings = [".folded", ".md", ".prof", ".svg"]

  @Test func everyRecordHasAProfile() throws {
    let scratch = try Scratch()
    // Names that would meet in one file, or leave the folder.
    try scratch.write(
      "x.suite", "a/b = relu@1x64x56x56\n../A = relu@1x64x56x55\nA-B = relu@1x64x56x54\n".utf8)
    let result = try Tool.run(
      words("run x.suite --kernels tiled --isa baseline --threads 1 --rounds 2 --profile p/q --output r.csv"),
      in: scratch.path)
    // A machine too busy for enough samples says so.
    let starved = result.complaints.filter { $0.hasSuffix("too few for a profile; expected at least 50") }
    #expect(result.status == 0 && starved.count == result.complaints.count, "\(result.error)")
    #expect(scratch.names == ["p", "r.csv", "x.suite"])
    let stems = [("A-B", "A-B-2"), ("../A", "_..-A"), ("a/b", "a-b")].filter { name, _ in
      !starved.contains { $0.hasPrefix("cbambench: \(name): ") }
    }.map { "p/q/\($1).tiled-elementwise.baseline.1" }
    let names = try FileManager.default.contentsOfDirectory(atPath: scratch.file("p/q"))
    #expect(names.map { "p/q/" + $0 }.sorted() == stems.flatMap { stem in Self.endings.map { stem + $0 } })
    for stem in stems {
      let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: scratch.file(stem + ".prof"))))
      let recorded = try RecordedProfile(bytes, name: stem)
      let collapsed = try CollapsedStacks.read(
        scratch.text(stem + ".folded") ?? "", name: stem, period: recorded.period)
      #expect(collapsed.total == recorded.total && recorded.total >= 50)
      #expect(scratch.text(stem + ".svg")?.hasSuffix("</svg>\n") == true)
      #expect(scratch.text(stem + ".md")?.contains("| stage |") == true)
    }
    let records = try CSV.records(try #require(scratch.text("r.csv")))
    #expect(records.map(\.status) == ["ok", "ok", "ok"])
    #expect(
      scratch.text("r.csv")?.hasPrefix(CSV.line(RecordColumn.all.map(\.name))) == true, "no column more")
  }

  @Test(arguments: [
    ("--profile file", "--profile file: is a file; a folder was expected"),
    ("--profile file/x", "--profile file/x: no file can be made in this folder: Not a directory"),
    ("--profile /proc/x", "--profile /proc/x: no file can be made in this folder: No such file or directory"),
    ("--profile p --cache cold", "--profile has no effect with --cache cold"),
  ])
  func foldersThatAreNone(options: String, part: String) throws {
    let scratch = try Scratch()
    try scratch.empty("file")
    try BadInputTests.expectRefusal(["run", "relu@1x1x1x1"] + words(options), part, in: scratch)
  }

  /// A profile that cannot be made is told with its case; the record stays.
  @Test func recordsStayWhereProfilesFail() throws {
    let scratch = try Scratch()
    let short = try Tool.run(
      words("run relu@1x1x4x4 --threads 1 --rounds 1 --profile p --output r.csv"), in: scratch.path,
      environment: ["CPUPROFILE_FREQUENCY": "1"])
    #expect(short.status == 0)
    #expect(short.complaints.count == 2)
    for line in short.complaints {
      #expect(
        line.wholeMatch(
          of:
            /cbambench: relu@1x1x4x4: (reference|tiled\/elementwise), \w+, 1 thread: no profile: .*too few for a profile.*/
        ) != nil, "\(line)")
    }
    #expect(try CSV.records(scratch.text("r.csv") ?? "").map(\.status) == ["ok", "ok"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.file("p")).isEmpty)
  }

  @Test func aRunningProfilerIsNamed() throws {
    let scratch = try Scratch()
    let result = try Tool.run(
      words("run relu@1x1x4x4 --kernels reference --rounds 1 --profile p"), in: scratch.path,
      environment: ["CPUPROFILE": scratch.file("own.prof")])
    #expect(result.status == 0 && result.output.contains("reference"))
    let own = "no profile: a profiler is running already, into \(scratch.file("own.prof"))"
    #expect(
      result.error.contains("cbambench: relu@1x1x4x4: reference, baseline, 1 thread: \(own)"),
      "\(result.error)")
  }

  /// Ctrl-C while a case is profiled: all that was measured is there, and so are the profiles made until then. Four cases of the
  /// first workload are left, seconds of profiling; of the second there is one.
  @Test func interruptedWhileProfiling() throws {
    let scratch = try Scratch()
    try scratch.write("x.suite", "a = conv:out=16,k=3,p=1@1x16x56x56\nb = relu@1x64x56x55\n".utf8)
    let tool = try Tool(
      words("run x.suite --kernels reference,tiled/direct,tiled/rows --threads 1,2 --rounds 2")
        + words("--profile p --output r.csv"), in: scratch.path)
    let first = scratch.file("p/a.reference.baseline.1.prof")
    try tool.wait(for: "a profile") {
      FileManager.default.fileExists(atPath: first) || !tool.errorSoFar.isEmpty
    }
    let isStarved = tool.errorSoFar.contains("too few for a profile")
    tool.send(SIGINT)
    let result = tool.finish()
    #expect(result.status == 130, "\(result.error)")
    #expect(result.error.contains("cases have no profile\n"), "\(result.error)")
    let records = try CSV.records(try #require(scratch.text("r.csv")))
    #expect(records.map(\.workload) == Array(repeating: "a", count: 5))
    #expect(records.allSatisfy { $0.status == "ok" })
    #expect(scratch.names.contains("r.csv.partial"))
    #expect(FileManager.default.fileExists(atPath: first) || isStarved)
    let rest = try Tool.run(words("run --resume r.csv.partial"), in: scratch.path)
    #expect(rest.status == 0, "\(rest.error)")
    let all = try CSV.records(try #require(scratch.text("r.csv")))
    #expect(all.prefix(5).map(\.kernel) == records.map(\.kernel) && all[5].workload == "b")
    #expect(
      FileManager.default.fileExists(atPath: scratch.file("p/b.reference.baseline.1.svg"))
        || rest.error.contains("too few for a profile"))
  }
}
