import Foundation
import Glibc
import Records
import Testing

/// `compare` with builds that are shell scripts: what they say is known.
@Suite struct CompareTests {
  /// Scripts for both sides: one call if the options say how many rounds, else as many as a verdict takes.
  private func compare(
    _ base: String, _ head: String, _ options: String = "", workload: String = "relu@1x2x3x5",
    in scratch: Scratch
  ) throws -> Tool.Result {
    let base = try FakeBuild.write("base", base, in: scratch)
    let head = try FakeBuild.write("head", head, in: scratch)
    let line = ["--base", base, "--head", head, workload, "--format", "csv"] + words(options)
    guard line.contains("--rounds") else { return try Tool.verdict(line, in: scratch.path) }
    return try Tool.run(["compare"] + line, in: scratch.path)
  }

  /// Fields of the only row by name.
  private func row(_ result: Tool.Result) throws -> [String: String] {
    let rows = try CSV.rows(result.output)
    #expect(rows.count == 2, "\(result.output)\(result.error)")
    return Dictionary(zip(rows[0], rows.last ?? [])) { first, _ in first }
  }

  @Test(
    arguments: [
      ("0.001", "same", 0), ("0.0012", "regressed", 1), ("0.0008", "improved", 0),
    ] as [(String, String, Int32)])
  func verdictsAndStatus(time: String, verdict: String, status: Int32) throws {
    let scratch = try Scratch()
    let result = try compare(FakeBuild.script(), FakeBuild.script(time: time), in: scratch)
    #expect(result.status == status, "\(result.error)")
    let row = try row(result)
    #expect(row["verdict"] == verdict && row["workload_text"] == "relu@1x2x3x5")
    #expect(row["requested_kernel"] == "tiled" && row["head_kernel"] == "tiled/x")
    if status == 1 {
      #expect(result.complaints.last?.hasPrefix("cbambench compare --base ") == true)
      #expect(
        result.complaints.last?.hasSuffix("'relu@1x2x3x5' --kernels tiled --threads 1 --isa avx2 --seed 1")
          == true)
    } else {
      #expect(result.error.isEmpty)
    }
  }

  /// A saved run gives the same bytes, whoever judges it.
  @Test func samplesAreJudgedAgain() throws {
    let scratch = try Scratch()
    let live = try compare(
      FakeBuild.script(), FakeBuild.script(time: "0.0012"), "--save s.txt --junit j.xml", in: scratch)
    let again = try Tool.run(["compare", "--samples", "s.txt", "--format", "csv"], in: scratch.path)
    #expect(again.status == 1 && live.status == 1 && again.output == live.output && again.error == live.error)
    #expect(scratch.text("j.xml")?.contains("failures=\"1\"") == true)
    let markdown = try Tool.run(
      ["compare", "--samples", "s.txt", "--format", "markdown", "--annotate", "github"], in: scratch.path)
    #expect(markdown.output.hasPrefix("### 1 cases: 1 regressed\n") && markdown.output.contains("<details>"))
    #expect(markdown.error.hasPrefix("::error title=") && markdown.status == 1)
    let whole = try #require(scratch.text("s.txt"))
    try scratch.write("cut.txt", whole.utf8.dropLast(40))
    try scratch.write("edited.txt", whole.replacing("0.0012", with: "0.0010").utf8)
    try scratch.write("crlf.txt", whole.replacing("\n", with: "\r\n").utf8)
    var lines = whole.split(separator: "\n", omittingEmptySubsequences: false)
    // Neighbours that differ: two turns may have the same times.
    let place = try #require(lines.indices.dropFirst(3).dropLast(3).last { lines[$0] != lines[$0 - 1] })
    lines.swapAt(place, place - 1)
    try scratch.write("swapped.txt", lines.joined(separator: "\n").utf8)
    try scratch.write("later.txt", whole.replacing("samples 1\n", with: "samples 2\n").utf8)
    try scratch.write("c.csv", live.output.utf8)
    for (words, part) in [
      (["cut.txt"], "it is truncated"), (["edited.txt"], "was changed after it was saved"),
      (["crlf.txt"], "ends with a carriage return; the file was changed"),
      (["swapped.txt"], "was changed after it was saved"),
      (["later.txt"], "line 1: version '2'; this tool reads version 1"),
      (["c.csv"], "where 'cbambench-samples 1' was expected"),
      (["none.txt"], "--samples none.txt: there is no such file"),
      (["s.txt", "relu@1x1x1x1"], "has no effect"),
      (["s.txt", "--seed", "2"], "--seed has no effect with --samples"),
    ] {
      try BadInputTests.expectRefusal(["compare", "--samples"] + words, part, in: scratch)
    }
  }

  /// Medians for other tools, live and from samples alike.
  @Test func exports() throws {
    let scratch = try Scratch()
    for kind in ["google-benchmark", "github-action", "bencher"] {
      let live = try compare(
        FakeBuild.script(), FakeBuild.script(time: "0.0012"),
        "--rounds 3 --save s.txt --export \(kind)=a.json",
        in: scratch)
      #expect(live.status == 0, "\(live.error)")
      let again = try Tool.run(
        ["compare", "--samples", "s.txt", "--export", "\(kind)=b.json"], in: scratch.path)
      #expect(again.status == 0, "\(again.error)")
      #expect(scratch.text("a.json") == scratch.text("b.json"))
      let text = try #require(scratch.text("a.json"))
      _ = try JSONSerialization.jsonObject(with: Data(text.utf8))
      let parts =
        switch kind {
        case "google-benchmark":
          [
            "\"base/relu@1x2x3x5/tiled/x/avx2/threads:1\"", "\"real_time\": 1000.0",
            "\"head/relu@1x2x3x5/tiled/x/avx2/threads:1\"", "\"real_time\": 1200.0",
          ]
        case "bencher": ["\"value\": 1000000.0", "\"value\": 1200000.0", "\"base-latency\""]
        default: ["\"value\": 1.2", "base 1 ms"]
        }
      for part in parts { #expect(text.contains(part), "\(kind): \(part)\n\(text)") }
    }
    let broken = try compare(
      FakeBuild.script(), FakeBuild.script(measure: "exit 7"), "--rounds 1 --export google-benchmark=a.json",
      in: scratch)
    #expect(broken.status == 3 && scratch.text("a.json")?.contains("\"error_occurred\": true") == true)
    try BadInputTests.expectRefusal(
      ["compare", "--self-test", "--export", "bencher=x"], "--export has no effect with --self-test",
      in: scratch)
  }

  /// A limit only for what sleeps: the other side, a shell script, has to keep it, too.
  private static func limit(_ script: String) -> String { script.contains("sleep") ? " --case-limit 3" : "" }

  @Test(arguments: [
    ("exit 7", "ended with status 7"), ("kill -SEGV $$", "crashed with signal 11"),
    ("echo nonsense", "said 'nonsense', which is not a reply"), ("echo 'times 0 -1'", "said 'times 0 -1'"),
    ("exec sleep 1000", "took longer than the limit of 3 s"),
  ])
  func sidesThatDie(measure: String, reason: String) throws {
    let scratch = try Scratch()
    let bad = FakeBuild.script(measure: measure)
    let options = "--rounds 8" + Self.limit(measure)
    let head = try compare(FakeBuild.script(), bad, options, in: scratch)
    // A case that takes too long is a row; a head that crashes cannot be trusted.
    #expect(head.status == (measure.contains("sleep") ? 2 : 3), "\(head.error)")
    #expect(try row(head)["remarks"]?.hasPrefix("head \(reason)") == true, "\(head.output)")
    let base = try compare(bad, FakeBuild.script(), options, in: scratch)
    #expect(base.status == 2, "\(base.error)")
    #expect(try row(base)["remarks"]?.hasPrefix("base \(reason)") == true, "\(base.output)")
    #expect(try row(base)["verdict"] == "failed")
  }

  /// One workload kills the base; the other is compared all the same.
  @Test func theRestGoesOn() throws {
    let scratch = try Scratch()
    try scratch.write("two.suite", "a = relu@1x2x3x5\nb = relu@1x4x3x5\n".utf8)
    let good = FakeBuild.script()
    let bad = good.replacing("          open*", with: "          open*1x2x3x5) exit 9 ;;\n          open*")
    let result = try compare(bad, good, workload: "two.suite", in: scratch)
    #expect(result.status == 0, "\(result.error)")
    let rows = try CSV.rows(result.output)
    let place = try #require(rows[0].firstIndex(of: "verdict"))
    #expect(Set(rows.dropFirst().map { $0[place] }).isSuperset(of: ["same"]))
    #expect(rows.dropFirst().contains { $0[0] == "b" && $0[place] == "same" }, "\(result.output)")
  }

  /// A side that dies, hangs or talks nonsense while it introduces itself, or talks without end.
  @Test(arguments: [
    ("exit 7", "ended with status 7"), ("kill -SEGV $$", "crashed with signal 11"),
    ("exec sleep 1000", "took longer than the limit of 3 s"),
    ("echo nonsense", "said 'nonsense', which is not a reply"),
    ("exec yes 'step oracle'", "said more than 100000 lines to one request"),
    ("yes | tr -d '\\n'", "said more than 1 MiB without a line's end"),
  ])
  func sidesThatDieEarly(open: String, reason: String) throws {
    let scratch = try Scratch()
    let bad = FakeBuild.script(open: open)
    let options = "--rounds 2" + Self.limit(open)
    let base = try compare(bad, FakeBuild.script(), options, in: scratch)
    #expect(base.status == 2 && base.error.contains("failed; base \(reason)"), "\(base.error)")
    let head = try compare(FakeBuild.script(), bad, options, in: scratch)
    #expect(head.status == (open.contains("sleep") ? 2 : 3), "\(head.error)")
    for (result, side) in [(base, "base"), (head, "head")] {
      // One row, of the case that the other side knows.
      let row = try row(result)
      #expect(row["remarks"]?.hasPrefix("\(side) \(reason)") == true && row["threads"] == "1", "\(row)")
    }
  }

  /// What was measured is told, wherever it cannot be written.
  @Test func aFullDiskCostsNoResult() throws {
    let scratch = try Scratch()
    let full = "--save /dev/full --junit /dev/full --export bencher=/dev/full --output /dev/full"
    let result = try compare(FakeBuild.script(), FakeBuild.script(), full, in: scratch)
    #expect(result.status == 2)
    #expect(try row(result)["verdict"] == "same")
    for option in ["--save", "--junit", "--export", "--output"] {
      #expect(result.error.contains("\(option) /dev/full: cannot be written"), "\(result.error)")
    }
    #expect(result.complaints.count == 1)
  }

  @Test func casesThatNoSideKnows() throws {
    let scratch = try Scratch()
    let ignorant = FakeBuild.script(open: "echo 'refused no such operator'")
    let result = try compare(ignorant, ignorant, in: scratch)
    #expect(result.status == 2 && result.error == "cbambench: neither build knows any of these workloads\n")
  }

  @Test func casesThatOneSideDoesNotKnow() throws {
    let scratch = try Scratch()
    let ignorant = FakeBuild.script(open: "echo 'refused no such operator'")
    let old = try compare(FakeBuild.script(), ignorant, in: scratch)
    #expect(try row(old)["verdict"] == "only in base" && old.status == 2)
    let new = try compare(ignorant, FakeBuild.script(), in: scratch)
    #expect(try row(new)["verdict"] == "only in head" && new.status == 2)
  }

  @Test func countsAndResults() throws {
    let scratch = try Scratch()
    let more = try compare(FakeBuild.script(), FakeBuild.script(row: "ok,13,"), in: scratch)
    #expect(more.status == 1)
    #expect(try row(more)["verdict"] == "regressed" && row(more)["remarks"] == "flops 12 → 13")
    let wrong = try compare(
      FakeBuild.script(), FakeBuild.script(row: "disagrees,12,one output is wrong"), in: scratch)
    #expect(wrong.status == 3)
    #expect(try row(wrong)["remarks"] == "head: disagrees: one output is wrong")
    let reason = "output 3 has other bits with 2 threads than with fewer, dense input: 1.0 and 2.0"
    let other = try compare(
      FakeBuild.script(), FakeBuild.script(row: "disagrees,12,\"\(reason)\""), in: scratch)
    #expect(other.status == 3)
    #expect(other.complaints.first?.hasSuffix("broken; head: disagrees: \(reason)") == true, "\(other.error)")
    let twice =
      "printf '%s\\n' 'row 5 w,tiled/x,tiled,avx2,1,hot,ok,12,\\n' 'row 6 w,tiled/x,tiled,avx2,2,hot,ok,12,\\n' "
      + "'opened 2'"
    let silent = try compare(
      FakeBuild.script(open: twice.replacing("row 6", with: "row 5")), FakeBuild.script(open: twice),
      "--rounds 1",
      in: scratch)
    #expect(silent.status == 3)
    #expect(silent.error.contains("broken; head: results have other bits with 2 threads than with 1"))
    let fickle = try compare(FakeBuild.script(), FakeBuild.script(digest: "$$"), in: scratch)
    #expect(fickle.status != 0)
  }

  @Test(arguments: [
    ("#!/bin/sh\nread x; exit 2\n", "base: ended with status 2"),
    ("#!/bin/sh\nread x; echo hello; read x\n", "base: said 'hello'; expected 'hello 1'"),
    (
      "#!/bin/sh\nread x; echo 'hello 9 2.0.0 a'; read x\n",
      "base: speaks version 9 of the protocol; expected 1"
    ),
    ("no program at all", "base: cannot be started"),
  ])
  func buildsThatAreNone(script: String, part: String) throws {
    let scratch = try Scratch()
    _ = try FakeBuild.write("base", script, in: scratch)
    try BadInputTests.expectRefusal(
      ["compare", "--base", "base", "relu@1x1x1x1", "--rounds", "1"], part, in: scratch)
  }

  @Test(arguments: [
    ("compare", "compare needs --base or --samples"),
    ("compare --base none", "--base none: there is no such file"),
    ("compare --base file", "--base file: is not an executable"),
    ("compare --base .", "--base .: is not an executable"),
    ("compare --base file --rounds 1 --budget 3", "--budget has no effect"),
    ("compare --base file --on-undetermined maybe", "expected fail or pass"),
    ("compare --base file --annotate gitlab", "--annotate gitlab: expected github"),
    ("compare --base file --policy none.json", "--policy none.json: there is no such file"),
    ("compare --base file --policy bad.json", "bad.json: line 1: the policy has an unknown key 'x'"),
    ("compare --base file --save missing/s.txt", "--save missing/s.txt: cannot be written"),
    ("compare --base file none.suite", "none.suite: no workload; expected lines of"),
    ("compare --base file --filter zzz relu@1x1x1x1", "does not match the workload"),
  ])
  func wordsThatDoNotFit(line: String, part: String) throws {
    let scratch = try Scratch()
    try scratch.empty("file")
    try scratch.write("none.suite", "# nothing\n".utf8)
    try scratch.write("bad.json", "{\"x\": 1}".utf8)
    try BadInputTests.expectRefusal(words(line), part, in: scratch)
  }

  @Test func aPolicyThatIgnoresEverything() throws {
    let scratch = try Scratch()
    try scratch.write("p.json", "{\"defaults\": {\"mode\": \"ignore\"}}".utf8)
    let result = try compare(
      FakeBuild.script(), FakeBuild.script(), "--rounds 4 --policy p.json", in: scratch)
    #expect(result.status == 2 && result.output.isEmpty)
    #expect(result.error == "cbambench: the policy ignores all 1 cases; nothing is left to compare\n")
  }

  /// Too few rounds to tell: the status is what was asked for.
  @Test func undeterminedCases() throws {
    let scratch = try Scratch()
    let (base, head) = (FakeBuild.script(), FakeBuild.script(time: "0.0012"))
    let open = try compare(base, head, "--rounds 3 --on-undetermined fail", in: scratch)
    #expect(open.status == 4, "\(open.error)")
    #expect(try row(open)["verdict"] == "undetermined")
    #expect(try compare(base, head, "--rounds 3", in: scratch).status == 0)
  }

  /// This build against itself with a head that does more tiles: real processes, not timed.
  @Test func thisBuildServes() throws {
    let scratch = try Scratch()
    let head = try FakeBuild.write(
      "slow", "#!/bin/sh\nexec '\(Tool.path)' \"$@\" --extra-tiles 50\n", in: scratch)
    let result = try Tool.run(
      [
        "compare", "--base", Tool.path, "--head", head, "conv:out=8,k=3,p=1@1x4x9x9", "--threads", "1,2",
        "--rounds", "2", "--format", "csv", "--save", "s.txt",
      ], in: scratch.path)
    #expect([0, 1].contains(result.status), "\(result.error)")
    let run = try PairedRunFile.read(try #require(scratch.text("s.txt")))
    #expect(run.cases.count == 3 && run.cases.allSatisfy { $0.isComparable })
    #expect(run.cases.allSatisfy { $0.base.digest == $0.head.digest })
    #expect(run.turns.count >= 3 * 2 * 4)
    for index in run.cases.indices {
      let orders = run.turns.filter { $0.index == index && $0.round == 0 }.prefix(4).map(\.headFirst)
      #expect(orders.count { $0 } == 2, "balanced")
    }
  }

  /// One round says nothing about rates, but every row is there.
  @Test func selfTestHasARowForEverySlowdown() throws {
    let result = try Tool.run(
      [
        "compare", "--self-test", "conv:out=8,k=3,p=1@1x4x9x9", "--threads", "1", "--rounds", "1", "--format",
        "csv",
      ])
    #expect(result.status == 0, "\(result.error)")
    let rows = try CSV.rows(result.output)
    #expect(
      rows.dropFirst().map { $0[0] + $0[1] }
        == ["quiet", "bursts"].flatMap { machine in
          ["0", "1", "2", "5", "10", "20"].map { machine + $0 }
        })
    #expect(rows[1][3] == "1", "the A/A run counts short cases too")
    let refusals = [
      (["--self-test", "--base", "x"], "--base has no effect with --self-test"),
      (
        ["--self-test", "--extra-tiles", "5,200"],
        "--extra-tiles 5,200: '200' is not a whole number from 0 to 100"
      ),
      (["--base", "x", "--extra-tiles", "5"], "--extra-tiles has no effect without --self-test"),
    ]
    for (words, sentence) in refusals { try BadInputTests.expectRefusal(["compare"] + words, sentence) }
  }

  @Test func selfTestOfShortCasesSaysWhyItCountsNone() throws {
    let result = try Tool.run(
      [
        "compare", "--self-test", "conv:out=8,k=3,p=1@1x4x9x9", "--threads", "1", "--extra-tiles", "50",
        "--rounds", "1",
      ])
    #expect(result.status == 2)
    #expect(result.error.contains("no case takes at least 20 µs, so that no slowdown is counted"))
  }

  /// Time that is left is for further comparisons, each with processes of its own.
  @Test func selfTestComparesAsOftenAsTheBudgetAllows() throws {
    let result = try Tool.run(
      [
        "compare", "--self-test", "conv:out=8,k=3,p=1@1x4x9x9", "--threads", "1", "--extra-tiles", "0",
        "--budget", "3", "--format", "csv",
      ])
    #expect(result.status == 0, "\(result.error)")
    let rows = try CSV.rows(result.output)
    #expect(rows.count == 3)
    for row in rows.dropFirst() { #expect((Int(row[2]) ?? 0) >= 1 && row[2] == row[3], "\(row)") }
  }
}
