import Foundation
import Profiling
import Testing

/// `compare --profile-regressions`: both builds are asked for a profile of what regressed.
@Suite struct RegressionProfileTests {
  /// Notes its words in a file and writes its outputs.
  private static func obedient(_ log: String) -> String {
    """
    printf '%s|' "$@" >> \(log); echo >> \(log)
      while [ $# -gt 0 ]; do if [ "$1" = --output ]; then echo x > "$2"; fi; shift; done
    """
  }

  private func compare(
    _ base: String, _ head: String, _ options: String = "", time: String = "0.0012", in scratch: Scratch
  ) throws -> Tool.Result {
    try scratch.write("x.suite", "a b/c = relu@1x2x3x5\n".utf8)
    let base = try FakeBuild.write("base", FakeBuild.script(isa: "baseline", profile: base), in: scratch)
    let head = try FakeBuild.write(
      "head", FakeBuild.script(time: time, isa: "baseline", profile: head), in: scratch)
    return try Tool.verdict(
      words("--base \(base) --head \(head) x.suite --seed 7 --profile-regressions p") + words(options),
      in: scratch.path)
  }

  static let stem = "p/a-b-c.tiled.baseline.1"

  @Test func bothBuildsAreAsked() throws {
    let scratch = try Scratch()
    let log = scratch.file("log")
    try scratch.folder("out put")
    let result = try compare(
      Self.obedient(log), Self.obedient(log),
      "--output c.md --output \(scratch.path)/sub.csv --output d.txt --junit j.xml", in: scratch)
    #expect(result.status == 1, "\(result.error)")
    let common =
      "profile|relu@1x2x3x5|--kernels|tiled|--isa|baseline|--threads|1|--seed|7|--budget|3.0|--quiet"
    let stem = Self.stem
    #expect(
      scratch.text("log") == """
        \(common)|--output|\(stem).base.prof|
        \(common)|--diff|\(stem).base.prof|--output|\(stem).head.prof|--output|\(stem).md|--output|\(stem).svg|

        """)
    for name in ["d.txt", "sub.csv"] {
      #expect(scratch.text(name)?.contains("profile: \(stem).svg") == true, "\(name)")
    }
    #expect(
      scratch.text("c.md")?.contains(
        "- a b/c: `relu@1x2x3x5 tiled, baseline, 1 thread, hot`: [flame graph](\(stem).svg), [report](\(stem).md)\n"
      )
        == true, "\(scratch.text("c.md") ?? "")")
    #expect(scratch.text("j.xml")?.contains("profile: \(stem).svg") == true)
    #expect(result.output.contains("profile: \(stem).svg"))
  }

  /// Links hold where the text is, whatever folder that is.
  @Test func linksAreRelativeToTheOutput() throws {
    let scratch = try Scratch()
    try scratch.folder("out/deep")
    let log = scratch.file("log")
    let result = try compare(
      Self.obedient(log), Self.obedient(log), "--output out/deep/c.md --format markdown", in: scratch)
    #expect(result.status == 1, "\(result.error)")
    #expect(scratch.text("out/deep/c.md")?.contains("[flame graph](../../\(Self.stem).svg)") == true)
  }

  @Test func whatDidNotRegressIsNotProfiled() throws {
    let scratch = try Scratch()
    let log = scratch.file("log")
    for time in ["0.001", "0.0008"] {
      let result = try compare(Self.obedient(log), Self.obedient(log), time: time, in: scratch)
      #expect(result.status == 0 && scratch.text("log") == nil, "\(result.error)")
    }
  }

  /// A build that cannot is told; the comparison is there all the same.
  @Test(arguments: [
    (
      "echo \"cbambench: 'profile' is not a command; commands: run\" >&2; exit 2",
      "'profile' is not a command; commands: run"
    ),
    ("exit 5", "ended with status 5"), ("exit 0", "wrote no file"),
    ("kill -SEGV $$", "crashed with signal 11 (Segmentation fault)"),
    ("sleep 1000", "took longer than 9 s"),
  ])
  func buildsThatCannot(script: String, reason: String) throws {
    let scratch = try Scratch()
    let log = scratch.file("log")
    // Scripts have to keep the limit as well where they answer.
    let limit = script.hasPrefix("sleep") ? "--case-limit 3" : ""
    let old = try compare(script, Self.obedient(log), limit + " --wide --output c.md", in: scratch)
    #expect(old.status == 1, "\(old.error)")
    #expect(old.output.contains("profile: \(Self.stem).svg; base: no profile: \(reason)"), "\(old.output)")
    #expect(
      scratch.text("c.md")?.contains("[report](\(Self.stem).md), base: no profile: \(reason)\n") == true)
    #expect(scratch.text("log")?.contains("--diff") == false, "there is nothing to compare with")
    // One wait is enough.
    if !limit.isEmpty { return }
    let new = try compare(Self.obedient(log), script, in: scratch)
    #expect(new.status == 1 && new.output.contains("head: no profile: \(reason)"), "\(new.output)")
  }

  /// Scripts say how long it takes, this build where.
  @Test func thisBuildProfiles() throws {
    let scratch = try Scratch()
    let this = "exec '\(Tool.path)' \"$@\""
    let result = try compare(this, this, "--output c.md", in: scratch)
    #expect(result.status == 1, "\(result.error)")
    if result.output.contains("too few for a profile") { return }
    #expect(result.output.contains("profile: \(Self.stem).svg"), "\(result.output)")
    let names = try FileManager.default.contentsOfDirectory(atPath: scratch.file("p")).sorted()
    #expect(names.map { "p/" + $0 } == [".base.prof", ".head.prof", ".md", ".svg"].map { Self.stem + $0 })
    #expect(scratch.text(Self.stem + ".md")?.contains("| before | now | change |") == true)
    #expect(scratch.text(Self.stem + ".svg")?.contains(" before, ") == true)
    let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: scratch.file(Self.stem + ".head.prof"))))
    #expect(try RecordedProfile(bytes, name: "head").total >= 50)
  }

  @Test func wordsThatDoNotFit() throws {
    let scratch = try Scratch()
    try scratch.empty("file")
    let exe = Tool.path
    for (line, part) in [
      ("--base \(exe) --profile-regressions file", "--profile-regressions file: is a file"),
      ("--base \(exe) --profile-regressions file/x", "no file can be made in this folder: Not a directory"),
      (
        "--base \(exe) --profile-regressions p --cache cold",
        "--profile-regressions has no effect with --cache cold"
      ),
      ("--samples file --profile-regressions p", "--profile-regressions has no effect with --samples"),
      ("--self-test --profile-regressions p", "--profile-regressions has no effect with --self-test"),
    ] { try BadInputTests.expectRefusal(["compare"] + words(line), part, in: scratch) }
  }
}
