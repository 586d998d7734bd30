import Foundation
import Records
import Testing

@Suite struct GateCommandTests {
  private func record(_ index: Int, _ change: (inout Record) -> Void = { _ in }) -> Record {
    var record = Record()
    (record.workload, record.workloadText) = ("w\(index)", "relu@1x1x1x\(index + 1)")
    (record.kernel, record.requestedKernel, record.isa) = ("tiled/elementwise", "tiled", "avx2")
    (record.threads, record.cache, record.status) = (2, "hot", "ok")
    (record.parameters, record.flops, record.allocationsPerCall) = (0, 100, 0)
    (record.medianMs, record.ciLowMs, record.ciHighMs) = (1, 0.99, 1.01)
    (record.speedupVsReference, record.roofFraction, record.efficiency) = (8, 0.5, 0.8)
    record.fingerprint = "a machine"
    change(&record)
    return record
  }

  private func gate(
    _ records: [Record], _ baseline: [Record], _ options: String = "", policy: String? = nil,
    in scratch: Scratch
  ) throws -> (result: Tool.Result, verdicts: [String], remarks: [String]) {
    try scratch.write("r.csv", CSV.text(records).utf8)
    try scratch.write("b.csv", CSV.text(baseline).utf8)
    if let policy { try scratch.write("p.json", policy.utf8) }
    let result = try Tool.run(
      ["gate", "r.csv", "--baseline", "b.csv", "--format", "csv"] + words(options)
        + (policy == nil ? [] : ["--policy", "p.json"]), in: scratch.path)
    let rows = try CSV.rows(result.output)
    func column(_ name: String) -> [String] {
      rows.first?.firstIndex(of: name).map { place in rows.dropFirst().map { $0[place] } } ?? []
    }
    return (result, column("verdict"), column("remarks"))
  }

  @Test func timesOfOneMachine() throws {
    let scratch = try Scratch()
    func times(_ scale: Double) -> Record {
      record(0) { ($0.medianMs, $0.ciLowMs, $0.ciHighMs) = (scale, scale * 0.99, scale * 1.01) }
    }
    for (scale, verdict, status) in [
      (1.0, "same", 0), (1.15, "same", 0), (1.5, "regressed", 1), (1.21, "undetermined", 0),
      (0.5, "improved", 0),
    ] as [(Double, String, Int32)] {
      let got = try gate([times(scale)], [record(0)], in: scratch)
      #expect(got.verdicts == [verdict] && got.result.status == status, "\(scale) \(got)")
    }
    let open = try gate([times(1.21)], [record(0)], "--on-undetermined fail", in: scratch)
    #expect(open.result.status == 4)
    #expect(
      open.result.complaints.last
        == "cbambench gate r.csv --baseline b.csv --format csv --on-undetermined fail")
  }

  @Test func anotherMachineIsACoarseCheck() throws {
    let scratch = try Scratch()
    let other = record(0) { ($0.fingerprint, $0.medianMs, $0.ciLowMs, $0.ciHighMs) = ("another", 9, 9, 9) }
    let fine = try gate([other], [record(0)], in: scratch)
    #expect(
      fine.verdicts == ["same"] && fine.remarks[0].hasPrefix("coarse: the baseline is from another machine"))
    let low = record(0) { ($0.fingerprint, $0.speedupVsReference) = ("another", 3) }
    let miss = try gate([low], [record(0)], in: scratch)
    #expect(miss.verdicts == ["undetermined"] && miss.result.status == 0)
    #expect(miss.remarks[0].contains("speedup_vs_reference 3, was 8"))
    let table = try Tool.run(["gate", "r.csv", "--baseline", "b.csv"], in: scratch.path)
    #expect(table.output.contains("coarse check: times of two machines cannot be compared"))
    let counts = record(0) { ($0.fingerprint, $0.flops) = ("another", 101) }
    #expect(try gate([counts], [record(0)], in: scratch).result.status == 1, "counts have no tolerance")
  }

  @Test func rowsThatAreMissingOrNew() throws {
    let scratch = try Scratch()
    let missing = try gate([record(0)], [record(0), record(1)], in: scratch)
    #expect(missing.result.status == 1 && missing.remarks.last == "missing in the records")
    let allowed = try gate([record(0)], [record(0), record(1)], "--allow-missing", in: scratch)
    #expect(allowed.result.status == 0 && allowed.verdicts == ["same", "only in base"])
    let new = try gate([record(0), record(2)], [record(0)], in: scratch)
    #expect(new.result.status == 0 && new.verdicts == ["same", "only in head"])
    // The order of the rows does not matter.
    #expect(
      try gate([record(1), record(0)], [record(0), record(1)], in: scratch).verdicts == ["same", "same"])
  }

  @Test func wrongResultsAndFailures() throws {
    let scratch = try Scratch()
    #expect(try gate([record(0) { $0.status = "disagrees" }], [record(0)], in: scratch).result.status == 3)
    #expect(try gate([record(0) { $0.status = "failed" }], [record(0)], in: scratch).result.status == 1)
    #expect(
      try gate([record(3) { $0.status = "skipped" }, record(0)], [record(0)], in: scratch).result.status == 0)
  }

  /// Results have the same bits for every thread count: a row that says otherwise fails, and so does one that only shows it.
  @Test func bitsDoNotDependOnThreads() throws {
    let scratch = try Scratch()
    func row(_ threads: Int, error: Double, reason: String? = nil) -> Record {
      record(0) {
        ($0.threads, $0.maxError, $0.errorBound) = (threads, error, 1e-5)
        if let reason { ($0.status, $0.reason) = ("disagrees", reason) }
      }
    }
    let good = [row(1, error: 1e-7), row(2, error: 1e-7)]
    #expect(try gate(good, good, in: scratch).result.status == 0)
    let reason = "output 3 has other bits with 2 threads than with fewer, dense input: 1.0 and 2.0"
    let said = try gate([row(1, error: 1e-7), row(2, error: 1e-7, reason: reason)], good, in: scratch)
    #expect(said.result.status == 3 && said.verdicts == ["same", "broken"])
    #expect(said.remarks == ["", "disagrees: \(reason)"])
    #expect(
      said.result.complaints.first
        == "cbambench: w0: relu@1x1x1x1 tiled, avx2, 2 threads, hot: broken; disagrees: \(reason)")
    let shown = try gate([row(1, error: 1e-7), row(2, error: 2e-7)], good, in: scratch)
    #expect(shown.result.status == 3 && shown.verdicts == ["same", "broken"])
    #expect(shown.remarks[1] == "max_error is 2e-07 with 2 threads and 1e-07 with 1: results have other bits")
  }

  /// Other engines make no such promise; a row of one that is gone is missing all the same.
  @Test func contendersMayHaveOtherBits() throws {
    let scratch = try Scratch()
    let rows = [(1, 1e-7), (2, 2e-7)].map { threads, error in
      record(0) {
        ($0.threads, $0.maxError, $0.errorBound, $0.isa) = (threads, error, 1e-5, "")
        ($0.kernel, $0.requestedKernel) = ("fast 1.0", "./fast --now")
      }
    }
    #expect(try gate(rows, rows, in: scratch).result.status == 0)
    let less = try gate(Array(rows.prefix(1)), rows, in: scratch)
    #expect(less.result.status == 1)
    #expect(
      less.result.error.contains(
        "relu@1x1x1x1 ./fast --now, 2 threads, hot: regressed; missing in the records"))
  }

  @Test func requirementsOfThePolicy() throws {
    let scratch = try Scratch()
    let policy = """
      {"defaults": {"minimum_speedup": 9, "minimum_efficiency": {"2": 0.9}},
       "rules": [{"workload": "w1", "minimum_speedup": 1, "minimum_efficiency": {"2": 0.1}}]}
      """
    let got = try gate([record(0), record(1)], [record(0), record(1)], policy: policy, in: scratch)
    #expect(got.result.status == 1 && got.verdicts == ["regressed", "same"])
    #expect(got.remarks[0] == "speedup_vs_reference 8.00 is below 9.00; efficiency 0.80 is below 0.90")
    let nothing = try Tool.run(
      ["gate", "r.csv", "--baseline", "b.csv", "--policy", "i.json"],
      in: { () throws -> String in
        try scratch.write("i.json", "{\"rules\": [{\"workload\": \"*\", \"mode\": \"ignore\"}]}".utf8)
        return scratch.path
      }())
    #expect(nothing.status == 2 && nothing.error.contains("the policy ignores all 2 cases"))
  }

  /// The main case in CI: runners differ from job to job.
  @Test func aSmallerMachineIsNoRegression() throws {
    let scratch = try Scratch()
    func row(_ index: Int, _ isa: String, _ threads: Int, _ machine: String) -> Record {
      record(index) { ($0.isa, $0.threads, $0.fingerprint) = (isa, threads, machine) }
    }
    let (wide, narrow) = ("A, 2 CPUs; L1 32 KiB; baseline avx2 avx512", "B, 1 CPUs; L1 32 KiB; baseline avx2")
    let baseline = [0, 1].flatMap { index in [1, 2].map { row(index, "avx512", $0, wide) } }
    let records = [row(0, "avx2", 1, narrow), row(1, "avx2", 1, narrow)]
    let got = try gate(records, baseline, "--junit j.xml --annotate github --output r.md", in: scratch)
    #expect(got.result.status == 0 && got.result.error.isEmpty, "\(got.result.error)")
    #expect(got.verdicts == ["same", "same", "not measurable", "not measurable"])
    #expect(got.remarks.last == "2 threads, it has 1 CPU")
    let line =
      "not measurable on this machine: isa avx512: compared with avx2; 2 rows with 2 threads, it has 1 CPU"
    let markdown = try #require(scratch.text("r.md"))
    #expect(markdown.contains("\n\(line)\n") && markdown.contains("No case has changed."))
    #expect(scratch.text("j.xml")?.contains("failures=\"0\" errors=\"0\" skipped=\"2\"") == true)
    let table = try Tool.run(["gate", "r.csv", "--baseline", "b.csv"], in: scratch.path)
    #expect(
      table.output.contains("\n\(line)\n") && table.output.hasSuffix("4 cases: 2 not measurable, 2 same\n"))
    // A workload that is gone is a finding there, too.
    let gone = try gate([records[0]], baseline, in: scratch)
    #expect(gone.result.status == 1 && gone.verdicts == ["same", "not measurable", "regressed", "regressed"])
    // A new baseline says what the old one could do and it cannot.
    let update = try Tool.run(["gate", "r.csv", "--baseline", "b.csv", "--update"], in: scratch.path)
    #expect(
      update.complaints == [
        "cbambench: times are compared on \(narrow) from now on, and no longer on \(wide)",
        "cbambench: 3 of 4 rows of the old baseline are gone, such as relu@1x1x1x1 tiled, avx512, 2 threads, hot",
        "cbambench: not measurable on this machine: isa avx512: compared with avx2; 1 row with 2 threads, it has 1 CPU",
      ], "\(update.error)")
  }

  /// A count that nobody has measured is not the same as before.
  @Test func emptyCounts() throws {
    let scratch = try Scratch()
    let lost = try gate(
      [record(0) { ($0.flops, $0.parameters, $0.allocationsPerCall) = (nil, nil, nil) }], [record(0)],
      in: scratch)
    #expect(lost.result.status == 1 && lost.verdicts == ["regressed"])
    #expect(
      lost.remarks == ["parameters 0 → empty; flops 100 → empty; allocations_per_call 0 → empty"])
    #expect(try gate([record(0)], [record(0) { $0.flops = nil }], in: scratch).result.status == 0)
  }

  @Test func policiesThatNameWhatIsNotThere() throws {
    let scratch = try Scratch()
    try scratch.write("g.csv", CSV.text([record(0)]).utf8)
    let words = ["gate", "g.csv", "--baseline", "g.csv", "--policy", "p.json"]
    for (json, part) in [
      (
        "{\"rules\":\n[{\"kernel\": \"tiled/driect\"}]}",
        "p.json: line 2: rules[0].kernel: no such kernel as 'tiled/driect'; did you mean 'tiled/direct'?"
      ),
      (
        "{\"accepted\": [{\"kernel\": \"winograd*\", \"reason\": \"r\", \"expires\": \"2030-01-01\"}]}",
        "no such kernel as 'winograd*'; known: reference tiled"
      ),
      ("{\n \"alpha\": true}", "p.json: line 2: alpha: 'true'; expected a number"),
      ("{\"alpha\": 0.1,\n \"alpha\": 0.2}", "p.json: line 2, column 2: key 'alpha' is already in line"),
      ("{\n \"alpha\" 0.1}", "p.json: line 2, column 10: '0' where a colon was expected"),
    ] {
      try scratch.write("p.json", json.utf8)
      try BadInputTests.expectRefusal(words, part, in: scratch)
    }
    try scratch.write("p.json", [0xFF, 0xFE, 0x7B, 0])
    try BadInputTests.expectRefusal(words, "p.json: is not UTF-8 text", in: scratch)
    // A kernel that a record names is known; what fits no case is told, and no error.
    try scratch.write("g.csv", CSV.text([record(0) { $0.kernel = "onednn" }]).utf8)
    let json = """
      {"rules": [{"kernel": "onednn"}, {"workload": "w00", "mode": "warn"}, {"threads": 7},
        {"workload": "CBAM 256@56", "mode": "warn"}],
       "accepted": [{"workload": "w0", "threads": 7, "reason": "r", "expires": "2030-01-01"}]}
      """
    try scratch.write("p.json", json.utf8)
    let told = try Tool.run(words, in: scratch.path)
    #expect(told.status == 0)
    #expect(
      told.complaints == [
        "cbambench: p.json: line 1: rules[1] fits no case: workload 'w00'; did you mean 'w0'?",
        "cbambench: p.json: line 3: accepted[0] fits no case: workload 'w0', threads 7",
      ], "\(told.error)")
    #expect(
      told.output.contains(
        "\nno case fits these of the policy: rules[1] (line 1), rules[2] (line 1), rules[3] (line 2), accepted[0] (line 3)\n"
      ))
  }

  @Test func updateWritesASmallBaseline() throws {
    let scratch = try Scratch()
    let rows = [
      record(1), record(0) { ($0.medianMs, $0.ciLowMs) = (1.0 / 3, 0.3) },
      record(2) { $0.status = "skipped" },
    ]
    try scratch.write("r.csv", CSV.text(rows).utf8)
    let words = ["gate", "r.csv", "--baseline", "new.csv", "--update"]
    #expect(try Tool.run(words, in: scratch.path).status == 0)
    let text = try #require(scratch.text("new.csv"))
    #expect(try CSV.records(text).map(\.workload) == ["w0", "w1"] && text.contains("0.3333"))
    #expect(!text.contains("p95_ms") && !text.contains("started"))
    #expect(try Tool.run(["gate", "r.csv", "--baseline", "new.csv"], in: scratch.path).status == 0)
    #expect(try Tool.run(words, in: scratch.path).status == 0)
    #expect(scratch.text("new.csv") == text, "the same records give the same file")
  }

  /// Order of rows and columns, columns of later versions and line ends of other systems are no mistake.
  @Test func filesInAnotherForm() throws {
    let scratch = try Scratch()
    let rows = try CSV.rows(CSV.text([record(0), record(1)]))
    let forms: [(String, [[String]], String)] = [
      ("rows.csv", [rows[0], rows[2], rows[1]], "\n"), ("columns.csv", rows.map { $0.reversed() }, "\n"),
      ("more.csv", rows.map { $0 + ["later"] }, "\n"), ("crlf.csv", rows, "\r\n"), ("cr.csv", rows, "\r"),
      ("blank.csv", rows + [[""]], "\n"),
    ]
    try scratch.write("good.csv", CSV.text([record(0), record(1)]).utf8)
    for (name, rows, end) in forms {
      try scratch.write(name, rows.map { CSV.line($0).dropLast() + end }.joined().utf8)
      for files in [["good.csv", name], [name, "good.csv"]] {
        let result = try Tool.run(
          ["gate", files[0], "--baseline", files[1], "--format", "csv"], in: scratch.path)
        #expect(result.status == 0 && result.error.isEmpty, "\(files): \(result.error)")
        #expect(
          try CSV.rows(result.output).dropFirst().allSatisfy { $0.contains("same") }, "\(result.output)")
      }
    }
  }

  @Test func filesThatAreNoBaseline() throws {
    let scratch = try Scratch()
    let text = CSV.text([record(0), record(1)])
    try scratch.write("good.csv", text.utf8)
    try scratch.write("cut.csv", text.utf8.dropLast(9))
    try scratch.write("header.csv", CSV.text([]).utf8)
    try scratch.write("twice.csv", CSV.text([record(0), record(0)]).utf8)
    try scratch.write("edited.csv", text.replacing(",ok,", with: ",fine,").utf8)
    try scratch.write("number.csv", text.replacing(",100,", with: ",1oo,").utf8)
    let times = RecordColumn.all.firstIndex { $0.name == "median_ms" } ?? 0
    /// The first row with another time.
    func edited(_ name: String, _ time: String) throws {
      var rows = try CSV.rows(text)
      rows[1][times] = time
      try scratch.write(name, rows.map(CSV.line).joined().utf8)
    }
    for (name, time) in [("negative", "-1.0"), ("zero", "0"), ("void", ""), ("nan", "nan"), ("comma", "1,0")]
    {
      try edited(name + ".csv", time)
    }
    try scratch.write("renamed.csv", text.replacing(",median_ms,", with: ",median,").utf8)
    try scratch.write("column.csv", text.replacing(",median_ms,", with: ",min_ms,").utf8)
    try scratch.write(
      "interval.csv",
      CSV.text([record(0) { ($0.ciLowMs, $0.ciHighMs) = (2, 1) }, record(1)]).utf8)
    try scratch.write("minus.csv", CSV.text([record(0) { $0.flops = -100 }, record(1)]).utf8)
    try scratch.write("bytes.csv", [0xff, 0xfe])
    try scratch.empty("empty.csv")
    for (file, part) in [
      ("cut.csv", "truncated"), ("header.csv", "no row after the header"),
      ("twice.csv", "line 3: the same case as line 2"),
      ("edited.csv", "line 2: workload_text, kernel or a known status"),
      ("number.csv", "'1oo' in column 'flops' is not a number"), ("bytes.csv", "bytes.csv: is UTF-16"),
      ("negative.csv", "line 2: median_ms is -1.0; expected no negative number"),
      ("zero.csv", "line 2: is ok, but median_ms is 0.0; expected more than 0"),
      ("void.csv", "line 2: is ok, but median_ms is empty"),
      ("renamed.csv", "line 1: there is no column named 'median_ms'"),
      ("nan.csv", "line 2: 'nan' in column 'median_ms' is not a number"),
      ("comma.csv", "line 2: '1,0' in column 'median_ms' is not a number"),
      ("column.csv", "line 1: column 'min_ms' appears twice"),
      ("interval.csv", "line 2: ci_low_ms is 2.0, ci_high_ms 1.0; expected the lower one first"),
      ("minus.csv", "line 2: flops is -100; expected no negative number"),
      ("empty.csv", "the file is empty"), ("none.csv", "there is no such file"),
    ] {
      try BadInputTests.expectRefusal(["gate", "good.csv", "--baseline", file], part, in: scratch)
      try BadInputTests.expectRefusal(["gate", file, "--baseline", "good.csv"], part, in: scratch)
    }
    for (words, part) in [
      (["gate"], "needs one file of records"), (["gate", "good.csv"], "and --baseline"),
      (
        ["gate", "good.csv", "--baseline", "x.csv", "--update", "--quiet"],
        "--quiet has no effect with --update"
      ),
    ] { try BadInputTests.expectRefusal(words, part, in: scratch) }
  }
}

/// Files for other tools, and options that name none.
@Suite struct ExportOptionTests {
  @Test func filesAreWritten() throws {
    let scratch = try Scratch()
    for (kind, names) in [
      ("google-benchmark", ["x.json"]), ("bencher", ["x.json"]),
      ("github-action", ["x.json", "x.throughput.json"]),
    ] {
      let result = try Tool.run(
        ["run", "relu@1x4x9x9", "--rounds", "1", "--threads", "1", "--export", "\(kind)=x.json"],
        in: scratch.path)
      #expect(result.status == 0 && scratch.names == names, "\(kind): \(result.error)")
      for name in names {
        let data = Data((scratch.text(name) ?? "").utf8)
        #expect((try? JSONSerialization.jsonObject(with: data)) != nil, "\(kind)")
        try FileManager.default.removeItem(atPath: scratch.file(name))
      }
    }
    let several = try Tool.run(
      [
        "run", "relu@1x4x9x9", "--rounds", "1", "--threads", "1", "--export", "bencher=b.json", "--export",
        "google-benchmark=g.json",
      ], in: scratch.path)
    #expect(several.status == 0 && scratch.names == ["b.json", "g.json"], "\(several.error)")
  }

  @Test func wordsThatNameNoFile() throws {
    let scratch = try Scratch()
    for value in ["bencher", "bencher=", "xml=x", "=x"] {
      try BadInputTests.expectRefusal(
        ["run", "relu@1x1x1x1", "--export", value], "expected KIND=FILE", in: scratch)
    }
    try BadInputTests.expectRefusal(
      ["run", "relu@1x1x1x1", "--export", "bencher=no/x"], "--export no/x: cannot be written", in: scratch)
    try BadInputTests.expectRefusal(
      ["run", "relu@1x1x1x1", "--export", "bencher=x", "--export", "google-benchmark=x"],
      "--export google-benchmark=x: x is given twice", in: scratch)
  }

  /// Other files of this tool: what they are good for is said.
  @Test(arguments: [
    (
      "{\"cbambench\":2}\nworkload",
      "is a .partial file, which 'cbambench run --resume FILE' completes; records as"
    ),
    (
      "cbambench-samples 1\n",
      "is a file of samples, which 'cbambench compare --samples FILE' judges; records as"
    ),
  ])
  func ownFilesHaveTheirCommand(text: String, sentence: String) throws {
    let scratch = try Scratch()
    try scratch.write("x.csv", text.utf8)
    let result = try Tool.run(["gate", "x.csv", "--baseline", "x.csv"], in: scratch.path)
    #expect(result.status == 2 && result.error.contains("x.csv: " + sentence), "\(result.error)")
  }
}
