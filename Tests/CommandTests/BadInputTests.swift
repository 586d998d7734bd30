import Testing

/// Whatever is wrong with the command line: exit status 2, one sentence on standard error, nothing else anywhere.
@Suite struct BadInputTests {
  /// - Parameter part: words that the sentence must have.
  static func expectRefusal(
    _ arguments: [String], _ part: String, in folder: Scratch? = nil, output: String? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let before = folder?.names
    let result = try Tool.run(arguments, in: folder?.path, output: output)
    let place = "\(arguments): \(result.error)"
    #expect(result.status == 2, "\(place)", sourceLocation: sourceLocation)
    #expect(result.output.isEmpty, "\(place)", sourceLocation: sourceLocation)
    #expect(result.complaints.count == 1, "\(place)", sourceLocation: sourceLocation)
    #expect(result.error.hasPrefix("cbambench: "), "\(place)", sourceLocation: sourceLocation)
    #expect(result.error.hasSuffix("\n"), "\(place)", sourceLocation: sourceLocation)
    #expect(result.error.contains(part), "\(place)", sourceLocation: sourceLocation)
    #expect(folder?.names == before, "\(place)", sourceLocation: sourceLocation)
  }

  @Test(arguments: [
    ("", "no command; see 'cbambench --help'"), ("rnu", "did you mean 'run'?"),
    ("lits", "did you mean 'list'?"),
    ("costs", "did you mean 'cost'?"), ("verfy cbam", "did you mean 'verify'?"),
    ("frobnicate", "commands: run list cost verify compare gate"),
    ("help frobnicate", "commands: run list cost verify compare gate"),
    ("--verbose", "is not a command"), ("--version run", "--version takes no further words"),
  ])
  func commands(line: String, part: String) throws { try BadInputTests.expectRefusal(words(line), part) }

  @Test(arguments: [
    ("run --thread 1", "did you mean '--threads'?"), ("run relu@1x1x1x1 --sede 1", "did you mean '--seed'?"),
    ("run --fromat=csv", "did you mean '--format'?"), ("list --frobnicate", "see 'cbambench list --help'"),
    ("cost cbam --thread 1", "'--thread' is not an option of 'cost'"),
    ("verify --rounds 3", "is not an option"),
    ("cost cbam --channel 64", "did you mean '--channels'?"), ("run -x", "'-x' is not an option of 'run'"),
    ("run --threads", "--threads needs a value: --threads 1,2,4|all"), ("run --threads=", "needs a value"),
    ("run --quiet=1", "--quiet takes no value"), ("run --seed 1 --seed 2", "--seed is given twice"),
    ("run --output a.csv --output a.csv", "is given twice"), ("run --help=1", "--help takes no value"),
  ])
  func unknownOptions(line: String, part: String) throws {
    try BadInputTests.expectRefusal(words(line), part, in: try Scratch())
  }

  @Test(arguments: [
    ("run --quiet", "--quiet without --output"), ("cost relu --reduction 4", "no effect on relu"),
    ("cost relu@1x1x1x1 --reduction 4", "no effect on relu@1x1x1x1"),
    ("cost cbam@1x64x7x7 --channels 64", "--channels has no effect on cbam@1x64x7x7"),
    ("cost cbam@1x64x7x7 --size 7x7", "--size has no effect on cbam@1x64x7x7"),
    ("cost conv:out=2,p=1x2x3@1x2x3x3", "or four sides such as 0x1x0x1"),
    ("run add@1x2x3x3,1x2x3x4", "add takes 2 inputs of one shape"),
    ("verify concat:n=3@1x2x3x3,1x2x3x3", "concat takes 3 inputs, not 2 shapes"),
    ("verify batchnorm:eps=nan@1x2x3x3", "must be a number above 0 and below 1"),
    ("cost cbam --channels 64 --filter x", "--filter has no effect"),
    ("run relu@1x1x1x1 --rounds 1 --budget 1", "--budget has no effect with --rounds"),
    ("run relu@1x1x1x1 --kernels reference --threads 2", "--threads 2 has no effect"),
    ("verify relu@1x1x1x1 --kernels reference --isa avx2", "--isa avx2 has no effect"),
    ("run relu@1x1x1x1 --cache lukewarm", "--cache lukewarm: expected one of: hot cold weights-cold"),
  ])
  func ineffectiveOptions(line: String, part: String) throws {
    try BadInputTests.expectRefusal(words(line), part)
  }

  @Test(arguments: [
    ("--threads 0", "'0' is not a whole number from 1 to 1024"), ("--threads -1", "'-1'"),
    ("--threads 1,,2", "''"),
    ("--threads 1,2,", "''"), ("--threads two", "'two'"), ("--threads 1025", "'1025'"),
    ("--threads 1.5", "'1.5'"),
    ("--threads 99999999999999999999", "from 1 to 1024"), ("--seed -1", "--seed -1: expected"),
    ("--seed 1e3", "--seed 1e3: expected"), ("--seed 9223372036854775808", "expected a whole number"),
    ("--rounds 0", "expected a whole number from 1"), ("--rounds -3", "--rounds -3"),
    ("--rounds x", "--rounds x"),
    ("--budget 0", "--budget 0"), ("--budget -1", "--budget -1"), ("--budget nan", "--budget nan"),
    ("--budget inf", "--budget inf"), ("--isa sse", "expected one of: baseline avx2 avx512 best"),
    ("--isa avx2,", "''"), ("--kernels foo", "no such kernel as 'foo'"), ("--kernels reference,", "as ''"),
    ("--kernels tiled/dircet", "did you mean 'tiled/direct'?"),
    ("--cache warm", "--cache warm: expected one of: hot cold weights-cold"),
    ("--format xml", "expected one of: table csv json markdown"), ("--format CSV", "--format CSV"),
    ("--filter (", "is not a regular expression"), ("--filter [a", "is not a regular expression"),
    ("--filter zzz", "does not match the workload"), ("--filter=", "--filter needs a value"),
  ])
  func valuesOfOptions(options: String, part: String) throws {
    try BadInputTests.expectRefusal(["run", "relu@1x1x1x1"] + words(options), part)
  }

  @Test(arguments: [
    ("--channels 0", "'0'"), ("--channels 64,,2", "''"), ("--channels -64", "'-64'"),
    ("--reduction 0", "'0'"),
    ("--reduction x", "'x'"), ("--reduction 257", "r must be at most 256"), ("--size 56", "expected HxW"),
    ("--size 56x", "expected HxW"), ("--size 0x56", "expected HxW"), ("--size 1x56x56", "expected HxW"),
    ("--size 1048576x1048576", "more than 2^40 elements"),
    ("--size 99999999x99999999", "expected HxW"),
    ("--channels 1048576 --reduction 1048576 --size 1048576x1048576", "more than 2^40 elements"),
  ])
  func valuesOfCost(options: String, part: String) throws {
    try BadInputTests.expectRefusal(["cost", "cbam"] + words(options), part)
  }

  @Test func resultsThatCannotBeWritten() throws {
    let scratch = try Scratch()
    try scratch.folder("folder.csv")
    try scratch.empty("file")
    for (file, part) in [
      ("x.xyz", "must end in .csv, .json, .md or .txt"), ("x", "must end in"),
      ("missing/x.csv", "cannot be written"),
      ("folder.csv", "is a folder; a file was expected"), ("file/x.csv", "cannot be written"),
      (String(repeating: "a", count: 300) + ".csv", "cannot be written"),
    ] {
      for command in [["run", "relu@1x1x1x1", "--rounds", "1"], ["cost", "relu@1x1x1x1"]] {
        try BadInputTests.expectRefusal(command + ["--output", file], part, in: scratch)
      }
    }
  }

  /// The disk is full when the results are there: standard output has them all the same.
  @Test(arguments: ["run relu@1x1x1x1 --rounds 1", "cost relu@1x1x1x1"])
  func filesOnAFullDisk(line: String) throws {
    let result = try Tool.run(words(line) + ["--output", "/dev/full"])
    #expect(result.status == 2 && result.output.contains("relu@1x1x1x1"))
    #expect(result.error == "cbambench: --output /dev/full: cannot be written: No space left on device\n")
  }

  @Test(arguments: [
    "run relu@1x1x1x1 --rounds 1", "cost relu@1x1x1x1", "verify relu@1x1x1x1", "list", "--help", "--version",
  ])
  func standardOutputOnAFullDisk(line: String) throws {
    let result = try Tool.run(words(line), output: "/dev/full")
    #expect(result.status == 2)
    #expect(result.error == "cbambench: standard output: cannot be written: No space left on device\n")
  }
}

/// A command line without quotes.
func words(_ line: String) -> [String] { line.split(separator: " ").map { String($0) } }
