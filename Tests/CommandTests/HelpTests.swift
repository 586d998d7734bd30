import Commands
import Foundation
import Models
import Testing

/// What the commands tell about themselves.
@Suite struct HelpTests {
  static let commands = Application.commandNames
  /// Commands whose examples measure for long, or need records.
  static let measuring = ["run", "compare", "gate", "profile", "tune", "machine"]

  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  @Test(arguments: [["--help"], ["-h"], ["help"]])
  func helpNamesEveryCommand(arguments: [String]) throws {
    let result = try Tool.run(arguments)
    #expect(result.status == 0 && result.error.isEmpty)
    #expect(HelpTests.commands.count > 8)
    for command in HelpTests.commands { #expect(result.output.contains("  \(command) "), "\(command)") }
  }

  /// People look there first.
  @Test(arguments: commands) func theReadmeNamesEveryCommand(command: String) throws {
    let readme = try String(contentsOf: HelpTests.root.appendingPathComponent("README.md"), encoding: .utf8)
    #expect(readme.contains("\n    cbambench \(command) "))
  }

  @Test(arguments: commands)
  func helpOfACommandHasUsageAndExample(command: String) throws {
    let result = try Tool.run(command, "--help")
    #expect(result.status == 0 && result.error.isEmpty)
    #expect(result.output.contains("Usage: cbambench \(command) "))
    #expect(result.output.contains("\nExample: cbambench \(command) "))
    for line in result.output.split(separator: "\n") where line.hasPrefix("  ") {
      #expect(line.count <= 100, "\(line)")
    }
    for others in [[command, "-h"], ["help", command], ["--help", command]] {
      #expect(try Tool.run(others).output == result.output, "\(others)")
    }
  }

  /// An example that does not work is worse than none.
  @Test(arguments: commands.filter { !measuring.contains($0) })
  func examplesWork(command: String) throws {
    let help = try Tool.run(command, "--help").output
    let line = try #require(help.split(separator: "\n").first { $0.hasPrefix("Example: ") })
    // What follows `>` is for the shell.
    let words = line.split(separator: " ").dropFirst(2).map { String($0) }.prefix { $0 != ">" }
    let result = try Tool.run(Array(words))
    #expect(result.status == 0, "\(result.error)")
    #expect(!result.output.isEmpty)
  }

  @Test func versionIsOneLine() throws {
    let result = try Tool.run("--version")
    #expect(result.status == 0 && result.error.isEmpty)
    #expect(result.output.wholeMatch(of: /cbambench \d+\.\d+\.\d+\n/) != nil, "\(result.output)")
  }

  @Test func listsAreNamesLineByLine() throws {
    for (topic, name) in [
      ("suites", "awkward"), ("attention", "cbam"), ("kernels", "tiled/fused"), ("kernels", "reference"),
      ("operators", "    relu@1x64x28x28"),
      ("operators", "conv-transpose out=N k=1 s=1 p=0 op=0 d=1 g=1 bias=1"),
      ("operators", "pool type=max|avg k=2 [s=N] p=0 d=1 ceil=0 countpad=0"),
      (
        "operators",
        "cbam r=16 [hidden=N] [min-hidden=N] pool=both|avg|max bias=1 k=7 bn=1 order=channel-first|spatial-first|parallel"
      ),
      (
        "operators",
        "separable out=N s=1 attention=none|" + Modules.attention.map { $0.keyword }.joined(separator: "|")
      ),
    ] {
      let result = try Tool.run("list", topic)
      #expect(result.status == 0 && result.error.isEmpty)
      #expect(result.output.split(separator: "\n").contains(Substring(name)), "\(result.output)")
    }
    let all = try Tool.run("list")
    #expect(all.status == 0 && all.output.contains("suites:\n  attention\n  awkward\n"))
    #expect(try Tool.run("list", "suites", "suites").output == Tool.run("list", "suites").output)
  }

  /// The order of options and targets and the form of values change nothing.
  @Test(arguments: [
    ["cost", "--format", "csv", "cbam", "--channels", "64,32", "--reduction", "4"],
    ["cost", "--channels=64,32", "--reduction=4", "--format=csv", "cbam"],
    ["cost", "--reduction=4", "--channels", "64,32", "--format=csv", "--", "cbam"],
  ])
  func optionsInAnyOrder(arguments: [String]) throws {
    let plain = try Tool.run("cost", "cbam", "--channels", "64,32", "--reduction", "4", "--format", "csv")
    let result = try Tool.run(arguments)
    #expect(result.status == 0 && result.error.isEmpty)
    #expect(result.output == plain.output && !plain.output.isEmpty)
  }

  /// The workflow that users copy names options that there are.
  @Test func theWorkflowKnowsItsOptions() throws {
    let text = try String(
      contentsOf: HelpTests.root.appendingPathComponent("Bench/CI/compare.yml"), encoding: .utf8)
    let call = try #require(text.range(of: "cbambench compare "))
    let line = text[call.upperBound...].replacing("\\\n", with: " ").prefix { $0 != "\n" }
    let used = line.split(separator: " ").filter { $0.hasPrefix("--") }
    #expect(used.count >= 6)
    let help = try Tool.run("compare", "--help").output
    for option in used { #expect(help.contains("  \(option) "), "\(option)") }
  }
}
