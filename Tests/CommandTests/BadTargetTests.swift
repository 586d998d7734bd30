import Testing

/// Targets that name nothing, or something that cannot be computed.
@Suite struct BadTargetTests {
  @Test(arguments: ["run", "cost", "verify"])
  func targets(command: String) throws {
    for (target, part) in [
      ("", "'' is not a file, a suite or a workload"), ("cbma", "did you mean 'cbam'?"),
      ("nothing-like-it", "suites: "),
      ("missing.suite", "missing.suite: there is no such file"), ("missing/file", "there is no such file"),
      ("relu", "an operator without a shape; expected e.g. relu@1x64x56x56"), ("relu@", "is not a shape"),
      ("@1x1x1x1", "'' is not an operator"), ("@", "'' is not an operator"),
      ("relu@1x2@3", "is not a workload"),
      ("konv:out=4@1x3x4x4", "did you mean 'conv'?"), ("relu@1x0x4x4", "extent 0"),
      ("relu@1x-3x4x4", "extent -3"),
      ("relu@1x1x1x1x1x1x1x1x1", "9 extents; at most 8"), ("relu@1,2,3", "takes 1 input, not 3 shapes"),
      ("relu@1;2", "is not a shape"),
      ("relu@1x1\n1", "is not a shape"), ("conv:out=4@3x4", "takes N×C×H×W, not the shape 3x4"),
      ("cbam@3x4", "takes N×C×H×W, not the shape 3x4"), ("conv@1x3x4x4", "conv needs out=NUMBER"),
      ("conv:out=0@1x3x4x4", "out=0"), ("conv:out=-4@1x3x4x4", "out=-4"), ("conv:out=4,k=0@1x3x4x4", "k=0"),
      ("conv:out=4,s=0@1x3x4x4", "s=0"), ("conv:out=4,p=-1@1x3x4x4", "p=-1"), ("conv:out=4,k@1x3x4x4", "'k'"),
      ("conv:out=4,strid=2@1x3x4x4", "known keys: "), ("conv:out=4,k=3,k=5@1x3x4x4", "the key 'k' twice"),
      ("conv:@1x3x4x4", "no keys after the colon"), ("conv:out=4,k=9@1x3x4x4", "the kernel 9"),
      ("conv:out=4,g=3@1x4x4x4", "g=3 do not divide the 4 input channels"),
      ("conv:out=3,g=2@1x4x4x4", "g=2 do not divide the out=3 output channels"),
      ("pool:type=min@1x1x4x4", "type=min"), ("pool:k=3,p=2@1x1x4x4", "at most half the window"),
      ("pool:k=5@1x1x4x4", "the window 5 is larger"), ("cbam:r=32@1x16x8x8", "r must be at most 16"),
      ("se:r=5@1x4x8x8", "r must be at most 4"),
      ("cbam:k=4@1x16x8x8", "k=4 of spatial attention must be odd"),
      ("bottleneck:width=8,attention=foo@1x8x7x7", "attention=foo"),
      // Counts that do not fit.
      ("relu@1x4294967296x4294967296", "more than 2^40 elements"),
      ("relu@99999999999999999999", "is not a shape"),
      ("conv:out=99999999999999999999@1x1x1x1", "a whole number from 1"),
      ("conv:out=16777216@1x1x1024x1024", "is too large"), ("conv:out=4,k=16777216@1x1x1x1", "is too large"),
      ("concat:n=64@1x1099511627776x1x1", "is too large"), ("pool:k=16777216@1x1x1x1", "the window"),
      ("bottleneck:width=4194304@1x64x56x56", "is too large"),
    ] {
      try BadInputTests.expectRefusal([command, target], part)
    }
  }

  @Test func costNeedsATarget() throws { try BadInputTests.expectRefusal(["cost"], "cost needs a target") }

  @Test func topicsOfList() throws {
    try BadInputTests.expectRefusal(["list", "suite"], "'suite' cannot be listed; expected one of: suites")
  }

  /// A case that is too large is a row with a reason; as no other is there, nothing could be measured.
  @Test(arguments: ["run", "verify"])
  func moreMemoryThanThereIs(command: String) throws {
    let target = "relu@1x1024x32768x32768"
    let result = try Tool.run(command, target, "--format", "csv")
    #expect(result.status == 2)
    #expect(
      result.complaints.count == 1 && result.error.hasPrefix("cbambench: nothing was "), "\(result.error)")
    #expect(result.error.contains("\(target): skipped: needs about"), "\(result.error)")
    let lines = result.output.split(separator: "\n").dropFirst()
    #expect(!lines.isEmpty && lines.allSatisfy { $0.contains("skipped") && $0.contains(target) })
  }

  /// The rest goes on where one case is too large.
  @Test(arguments: ["run --rounds 1", "verify"])
  func oneCaseThatIsTooLarge(line: String) throws {
    let command =
      words(line) + ["relu@1x1024x32768x32768", "relu@1x2x3x4", "--kernels", "tiled", "--threads", "1"]
    let result = try Tool.run(command + ["--format", "csv"])
    #expect(result.status == 0, "\(result.error)")
    #expect(result.output.split(separator: "\n").count >= 3)
    #expect(result.output.contains("skipped") && result.output.contains("relu@1x2x3x4"))
  }
}
