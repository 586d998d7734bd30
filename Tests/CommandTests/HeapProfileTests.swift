import Foundation
import Profiling
import Testing

/// `profile --heap`: a process of its own, where every count is exact.
@Suite struct HeapProfileTests {
  static let target = "conv:out=24,k=3,p=1@1x16x20x20"

  /// Numbers of a line of the report after its title.
  static func numbers(_ title: String, in text: String) throws -> [Int] {
    let line = try #require(text.split(separator: "\n").first { $0.hasPrefix(title) }, "\(title)\n\(text)")
    return line.dropFirst(title.count).split(separator: " ").compactMap { Int($0.replacing(",", with: "")) }
  }

  @Test func heapWritesAllForms() throws {
    let scratch = try Scratch()
    let names = ["a.folded", "a.heap", "a.md", "a.pb.gz", "a.speedscope.json", "a.svg", "a.txt"]
    let outputs = names.flatMap { ["--output", scratch.file($0)] }
    let result = try Tool.run(["profile", Self.target, "--heap", "--threads", "2"] + outputs)
    try #require(result.status == 0 && result.error.isEmpty, "\(result.error)")
    #expect(scratch.names == names)
    #expect(scratch.text("a.txt") == result.output)
    #expect(try Self.numbers("first call", in: result.output) == [0, 0, 0, 0, 0])
    #expect(try Self.numbers("steady state, 20 calls", in: result.output) == [0, 0, 0, 0, 0])
    #expect(try Self.numbers("convolve", in: result.output) == [0, 0, 0, 0])

    let recorded = try RecordedHeap(
      Array(try Data(contentsOf: URL(fileURLWithPath: scratch.file("a.heap")))), name: "a.heap")
    let (prepare, bind) = (
      try Self.numbers("prepare ", in: result.output), try Self.numbers("bind ", in: result.output)
    )
    // Every allocation of the phases has its stack in the file, and no other is there.
    #expect(recorded.total.allocated == .init(objects: prepare[0] + bind[0], bytes: prepare[1] + bind[1]))
    #expect(recorded.missing == .init())
    // Allocations, bytes, frees, what stays, the peak: weights stay, and are copied once.
    #expect(prepare[2] < prepare[0] && prepare[3] >= 4 * 24 * 16 * 9 && prepare[4] >= 2 * 4 * 24 * 16 * 9)
    #expect(prepare[4] >= prepare[3])
    let stacks = Attribution.attribute(recorded)
    #expect(stacks.allocated(stage: "prepare") == .init(objects: prepare[0], bytes: prepare[1]))
    #expect(stacks.functions { $0 == "prepare" }.contains { $0.name.hasPrefix("TiledKernels.Constants") })
    let collapsed = try CollapsedStacks.read(
      try #require(scratch.text("a.folded")), name: "a.folded", period: .init(0))
    #expect(collapsed.total == recorded.total.allocated.bytes)
    #expect(scratch.text("a.svg")?.contains("(\(collapsed.total) bytes, 100.00 %)") == true)

    let diff = try Tool.run(
      "profile", Self.target, "--heap", "--diff", scratch.file("a.heap"), "--output", scratch.file("d.folded")
    )
    #expect(diff.status == 0 && diff.output.contains("function (bytes self)"), "\(diff.error)")
    let first = try #require(
      scratch.text("d.folded")?.split(separator: "\n").first?.split(separator: " ").suffix(2))
    #expect(first.first == first.last)
  }

  /// A block prepares its layers through more calls than tcmalloc notes: what is missing of the stacks is not lost.
  @Test func deepStacksAreCounted() throws {
    let scratch = try Scratch()
    let result = try Tool.run(
      "profile", "bottleneck:width=16,attention=se,r=4@1x64x8x8", "--heap", "--budget", "1", "--output",
      scratch.file("a.heap"))
    try #require(result.status == 0, "\(result.error)")
    let recorded = try RecordedHeap(
      Array(try Data(contentsOf: URL(fileURLWithPath: scratch.file("a.heap")))), name: "a.heap")
    let counted = try ["prepare ", "bind "].map { try Self.numbers($0, in: result.output) }
    #expect(
      recorded.total.allocated
        == .init(objects: counted[0][0] + counted[1][0], bytes: counted[0][1] + counted[1][1]))
    #expect(Attribution.attribute(recorded).allocated(stage: Attribution.deep).objects > 0)
  }

  @Test(arguments: [
    (["--timeline", "x.json"], "--timeline has no effect with --heap: it traces the time of tiles"),
    (["--layers"], "--layers has no effect with --heap: it times layers"),
    (["--output", "x.prof"], "--output x.prof: the name must end in one of: .heap .pb.gz .folded"),
    (["--output", "/nowhere/x.heap"], "--output /nowhere/x.heap: cannot be written: No such file"),
    (["--diff", "/nowhere/x.heap"], "--diff /nowhere/x.heap: there is no such file"),
    (["--diff", "/bin/sh"], "--diff /bin/sh: no heap profile of tcmalloc: at line 1 found"),
    (["--quiet"], "--quiet without --output would leave no result"),
    (["--threads", "1,2"], "--threads 1,2: names 2 of them; a profile is of one case"),
    (["--heap=yes"], "--heap takes no value, not 'yes'"),
  ])
  func badInputIsOneSentence(options: [String], expected: String) throws {
    let result = try Tool.run(["profile", Self.target, "--heap"] + options)
    #expect(result.status == 2 && result.output.isEmpty)
    #expect(result.complaints.count == 1 && result.error.contains(expected), "\(result.error)")
  }

  /// A heap profiler of the user's own; another allocator.
  @Test func badCircumstancesAreOneSentence() throws {
    let scratch = try Scratch()
    for (variables, expected) in [
      (
        ["HEAPPROFILE": scratch.file("own")],
        "a heap profiler is running already, into \(scratch.file("own"));"
      ),
      (["LD_PRELOAD": "libc.so.6"], "the heap cannot be profiled: allocations do not go through tcmalloc"),
    ] {
      let result = try Tool.run(["profile", Self.target, "--heap"], environment: variables)
      #expect(result.status == 2 && result.error.contains("cbambench: \(expected)"), "\(result.error)")
      #expect(result.output.isEmpty)
    }
  }
}
