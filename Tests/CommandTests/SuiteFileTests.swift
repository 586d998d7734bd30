import Testing

/// Suite files, right and wrong.
@Suite struct SuiteFileTests {
  @Test(arguments: [
    ("", "s.suite: no workload"), ("# only a comment\n\n", "s.suite: no workload"),
    ("relu@1x1x1x1\nfoo\n", "s.suite:2: 'foo' is not a workload"),
    ("relu@1x1x1x1\r\n# two\r\nfoo\r\n", "s.suite:3: 'foo' is not a workload"),
    (
      "# one\n\n  konv@1x1x1x1  # why\n",
      "s.suite:3: konv@1x1x1x1: 'konv' is not an operator; did you mean 'conv'?"
    ),
    ("a = relu@1x1x1x1\nb = relu@1x1x1x1\na = relu@1x1x1x2\n", "s.suite:3: 'a' is already in line 1"),
    ("relu@1x1x1x1\nrelu@1x1x1x1\n", "s.suite:2: 'relu@1x1x1x1' is already in line 1"),
    (" = relu@1x1x1x1\n", "s.suite:1: "), ("a = \n", "s.suite:1: "),
    ("a *0 = relu@1x1x1x1\n", "s.suite:1: '*0' after the name"),
    ("a = b = relu@1x1x1x1\n", "s.suite:1: "),
    ("conv:out=4,g=3@1x4x4x4\n", "s.suite:1: conv:out=4,k=1,s=1,p=0,d=1,g=3,bias=1@1x4x4x4: groups g=3"),
    ("cbam:r=32@1x16x8x8\n", "s.suite:1: "), ("relu@1x0x4x4\n", "s.suite:1: "),
  ])
  func mistakesNameTheLine(text: String, part: String) throws {
    let scratch = try Scratch()
    try scratch.write("s.suite", text.utf8)
    for command in ["run", "cost", "verify"] {
      try BadInputTests.expectRefusal([command, "s.suite"], part, in: scratch)
    }
  }

  @Test func filesThatAreNoSuites() throws {
    let scratch = try Scratch()
    try scratch.folder("folder.suite")
    try scratch.write("bytes.suite", [0xFF, 0xFE, 0x00])
    for (file, part) in [
      ("folder.suite", "is a folder; a suite file was expected"), (".", "is a folder"),
      ("bytes.suite", "bytes.suite: is not UTF-8 text"),
      ("missing.suite", "missing.suite: there is no such file"),
    ] {
      try BadInputTests.expectRefusal(["run", file], part, in: scratch)
    }
  }

  /// Names, comments, blank lines and the line ends of other systems.
  @Test func suitesAreReadFromAnywhere() throws {
    let scratch = try Scratch()
    let text = "# two\r\n\r\nfirst = relu@1x2x3x4 # named\r\nrelu@1x2x3x5"
    try scratch.write("own.suite", text.utf8)
    let result = try Tool.run(["cost", "own.suite", "--format", "csv"], in: scratch.path)
    #expect(result.status == 0, "\(result.error)")
    let names = result.output.split(separator: "\n").dropFirst().map { $0.prefix { $0 != "," } }
    #expect(names == ["first", "first", "relu@1x2x3x5", "relu@1x2x3x5"])
    // The library is found from the executable.
    #expect(try Tool.run(["list", "suites"], in: scratch.path).output.contains("awkward\n"))
    let filtered = try Tool.run(["cost", "own.suite", "--filter", "^fi", "--format=csv"], in: scratch.path)
    #expect(filtered.output.split(separator: "\n").count == 3)
  }
}
