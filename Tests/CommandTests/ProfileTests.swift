import Foundation
import Measurement
import Profiling
import Testing

@Suite struct ProfileTests {
  static let target = "conv:out=64,k=3,p=1@1x64x56x56"

  @Test func profileWritesAllForms() throws {
    let scratch = try Scratch()
    let names = ["a.prof", "a.pb.gz", "a.folded", "a.speedscope.json", "a.svg", "a.txt", "a.md"]
    let outputs = names.flatMap { ["--output", scratch.file($0)] }
    let result = try Tool.profile(
      [Self.target, "--threads", "2", "--timeline", scratch.file("t.json")] + outputs, allWorkers: true)
    try #require(result.status == 0, "\(result.error)")
    #expect(scratch.names == (names + ["t.json"]).sorted())
    for word in [
      "stage", "convolve", "wait", "not running", "worker 0", "worker 1", "MicroAVX", "median", "GFLOP/s",
    ]
    where word != "MicroAVX" || result.output.contains("avx") {
      #expect(result.output.contains(word), "\(word)")
    }
    #expect(scratch.text("a.txt") == result.output)
    #expect(scratch.text("t.json")?.contains("\"name\":\"convolve\"") == true)

    let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: scratch.file("a.prof"))))
    let recorded = try RecordedProfile(bytes, name: "a.prof")
    let collapsed = try CollapsedStacks.read(
      try #require(scratch.text("a.folded")), name: "a.folded", period: recorded.period)
    #expect(collapsed.total == recorded.total && recorded.total >= 50)
    #expect(Set(collapsed.stacks.keys.map { $0[0] }).isSuperset(of: ["worker 0", "worker 1"]))
    // Without symbols it would be about 0. Some samples hit libraries that have none: with nine of ten named, fifty samples have
    // fewer than half by a chance of less than 1e-12.
    #expect(collapsed.namedShare >= 0.5)

    let diff = try Tool.profile([
      Self.target, "--threads", "1", "--diff", scratch.file("a.prof"), "--output", scratch.file("d.svg"),
    ])
    #expect(diff.status == 0 && diff.output.contains("change  function (self)"), "\(diff.error)")
    #expect(scratch.text("d.svg")?.contains(" before, ") == true)
  }

  @Test(arguments: [
    (["profile"], "a profile covers one workload; 0 targets were given"),
    (["profile", "cbam"], "workloads, a profile is of one; 'cbambench list workloads' names them"),
    (["profile", target, "--threads", "1,2"], "--threads 1,2: names 2 of them; a profile is of one case"),
    (["profile", target, "--kernels", "reference,tiled"], "--kernels reference,tiled: names 2 of them"),
    (["profile", target, "--kernels", "all"], "a profile is of one case"),
    (
      ["profile", target, "--budget", "0.001"], " s are too few for a profile; expected at least 50, a longer"
    ),
    (["profile", target, "--output", "x.png"], "--output x.png: the name must end in one of: .prof .pb.gz"),
    (
      ["profile", target, "--output", "/nowhere/x.prof"],
      "--output /nowhere/x.prof: cannot be written: No such file"
    ),
    (["profile", target, "--timeline", "x.svg"], "--timeline x.svg: the name must end in .json"),
    (["profile", target, "--timeline", "/nowhere/x.json"], "--timeline /nowhere/x.json: cannot be written"),
    (["profile", target, "--diff", "/nowhere/x.prof"], "--diff /nowhere/x.prof: there is no such file"),
    (
      ["profile", target, "--diff", "/bin/sh"],
      "--diff /bin/sh: no CPU profile of gperftools: at byte 0 found"
    ),
    (["profile", target, "--layers", "--exact"], " computes it as a whole"),
    (["profile", target, "--quiet"], "--quiet without --output would leave no result"),
  ])
  func badInputIsOneSentence(arguments: [String], expected: String) throws {
    let result = try Tool.run(arguments)
    #expect(result.status == 2 && result.output.isEmpty)
    #expect(result.complaints.count == 1 && result.error.contains(expected), "\(result.error)")
  }

  /// A time of less than a millisecond is not "0 s".
  @Test func aShortTimeHasDigits() throws {
    let result = try Tool.run("profile", "relu@1x1x1x1", "--threads", "1", "--budget", "0.0001")
    #expect(result.status == 2)
    #expect(
      result.error.contains(#/ [0-9]+ samples in [0-9.e-]*[1-9][0-9.e-]* s are too few/#), "\(result.error)")
  }

  @Test func layersOfABlockAreTold() throws {
    let result = try Tool.profile(
      ["basicblock:out=64,attention=cbam@1x64x56x56", "--threads", "1", "--layers"])
    try #require(result.status == 0, "\(result.error)")
    for word in ["conv1", "bn1, relu1", "attention", "cbam", "layers sum to", "a call without clocks"] {
      #expect(result.output.contains(word), "\(word)")
    }
  }

  @Test func aRunningProfilerIsNamed() throws {
    let scratch = try Scratch()
    let result = try Tool.run(
      ["profile", Self.target], environment: ["CPUPROFILE": scratch.file("own.prof")])
    #expect(result.status == 2)
    let sentence = "cbambench: a profiler is running already, into \(scratch.file("own.prof"))"
    #expect(result.error.contains(sentence), "\(result.error)")
  }
}
