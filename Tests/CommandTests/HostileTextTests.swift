import Foundation
import FoundationXML
import Testing

/// Names and arguments that would act on terminals, browsers and spreadsheets, or fill them.
@Suite struct HostileTextTests {
  private static let names = [
    "esc \u{1B}[31m\u{9B}31m\u{7F}\u{0}", "bidi \u{202E}\u{2066}\u{200F}\u{61C}", "lines \u{B}\u{C}",
    "\u{FFFE}\u{FFFF}",
    "<script>alert(1)</script> & \"'", "![a](http://x.y) [b](http://x.y) `c` | www.x.y", "=1+1", "@SUM(A1)",
    "-2", "+3", "]]>",
  ]

  private func scratch() throws -> Scratch {
    let scratch = try Scratch()
    let lines = HostileTextTests.names.enumerated().map { "\($1) = relu@1x1x1x\($0 + 1)\n" }
    try scratch.write("hostile.suite", lines.joined().utf8)
    return scratch
  }

  private func isInert(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy { scalar in
      let category = scalar.properties.generalCategory
      return scalar == "\n"
        || !([.control, .format, .lineSeparator].contains(category) || scalar.value & 0xFFFE == 0xFFFE)
    }
  }

  @Test func everyFormIsInert() throws {
    let scratch = try scratch()
    for (command, names) in [
      (["run", "hostile.suite", "--rounds", "1", "--threads", "1", "--kernels", "tiled"], ["workload"]),
      (["cost", "hostile.suite"], ["name"]),
      (["verify", "hostile.suite", "--threads", "1", "--kernels", "reference"], ["workload"]),
    ] {
      let files = ["csv", "json", "md", "txt"].map { "x.\($0)" }
      let result = try Tool.run(command + files.flatMap { ["--output", $0] }, in: scratch.path)
      #expect(result.status == 0, "\(result.error)")
      #expect(isInert(result.output) && isInert(result.error), "\(command[0])")
      for file in files { #expect(isInert(scratch.text(file) ?? "\u{0}"), "\(command[0]) \(file)") }
      let rows = (scratch.text("x.csv") ?? "").split(separator: "\n").map {
        $0.split(separator: ",", omittingEmptySubsequences: false)
      }
      for row in rows { #expect(row.allSatisfy { !"=+-@".contains($0.first ?? " ") }, "\(row)") }
      let markdown = scratch.text("x.md") ?? ""
      for part in ["<script", "![a]", "http://", "`c`", "www.x"] {
        #expect(!markdown.contains(part), "\(part)")
      }
      let json =
        try JSONSerialization.jsonObject(with: Data((scratch.text("x.json") ?? "").utf8)) as? [[String: Any]]
      // JSON has the names as they are.
      #expect(json?.contains { $0[names[0]] as? String == HostileTextTests.names[0] } == true)
    }
  }

  /// Records keep their names through CSV: `gate` finds every row again, and its JUnit file is XML.
  @Test func namesComeBackFromCSV() throws {
    let scratch = try scratch()
    let run = try Tool.run(
      [
        "run", "hostile.suite", "--rounds", "1", "--threads", "1", "--kernels", "reference", "--output",
        "r.csv", "--quiet",
      ], in: scratch.path)
    #expect(run.status == 0, "\(run.error)")
    let update = try Tool.run(["gate", "r.csv", "--baseline", "b.csv", "--update"], in: scratch.path)
    #expect(update.status == 0, "\(update.error)")
    let gate = try Tool.run(
      [
        "gate", "r.csv", "--baseline", "b.csv", "--junit", "j.xml", "--format", "json", "--annotate",
        "github",
      ], in: scratch.path)
    #expect(gate.status == 0 && isInert(gate.output) && isInert(gate.error), "\(gate.error)")
    for name in HostileTextTests.names where !name.contains("\u{B}") {
      let encoded = try #require(String(data: JSONEncoder().encode(name), encoding: .utf8))
      let plain = encoded.unicodeScalars.allSatisfy {
        $0.properties.generalCategory != .format && $0.isASCII && $0.value != 127
      }
      if plain { #expect(gate.output.contains(encoded.replacing("\\/", with: "/")), "\(name)") }
    }
    let parser = XMLParser(data: Data((scratch.text("j.xml") ?? "").utf8))
    #expect(parser.parse(), "\(String(describing: parser.parserError))")
    #expect(isInert(scratch.text("j.xml") ?? "\u{0}"))
  }

  /// A message quotes the beginning of what it does not understand, not all of it.
  @Test(arguments: [
    ["X"], ["help", "X"], ["run", "X"], ["run", "X.suite"], ["run", "X/Y"], ["run", "X@1x1x1x1"],
    ["run", "conv:out=X@1x1x1x1"],
    ["run", "conv:X=1@1x1x1x1"], ["run", "conv:out=1,out=X@1x1x1x1"], ["run", "conv:out=1@X"],
    ["run", "conv:out=1@1x1x1xX"], ["run", "relu@X@X"],
    ["run", "resnet50+X"], ["run", "resnet50:X=1"], ["run", "resnet50+cbam:r=X"], ["run", "X+se"],
    ["run", "resnetX"], ["run", "X:"], ["run", "cbam/X"],
    ["run", "bottleneck:width=1,attention=X@1x4x7x7"], ["run", "conv:act=X@1x1x1x1"],
    ["run", "pool:type=X@1x1x1x1"],
    ["run", "--X"], ["run", "--quiet=X"], ["run", "--threads", "X"], ["run", "--seed", "X"],
    ["run", "--isa", "X"], ["run", "--kernels", "X"],
    ["run", "--kernels", "reference", "--threads", "X"], ["run", "--cache", "X"], ["run", "--format", "X"],
    ["run", "--filter", "X"],
    ["run", "--filter", "(X"], ["run", "--rounds", "X"], ["run", "--budget", "X"],
    ["run", "--case-limit", "X"], ["run", "--output", "X"],
    ["run", "--output", "X.csv"], ["run", "--resume", "X"], ["run", "--profile", "X/X"],
    ["run", "--export", "X"], ["run", "--export", "bencher=X"],
    ["run", "--style", "X"], ["list", "X"], ["cost", "X"], ["cost", "cbam", "--channels", "X"],
    ["cost", "cbam", "--size", "X"],
    ["cost", "cbam", "--reduction", "X"], ["cost", "resnet50", "--compare", "X"],
    ["cost", "resnet50", "--convention", "X"], ["cost", "X", "--size", "7x7"],
    ["verify", "X"], ["compare", "--base", "X"], ["compare", "--samples", "X"],
    ["compare", "--self-test", "--extra-tiles", "X"],
    ["gate", "X", "--baseline", "Y"], ["gate", "Y", "--baseline", "X"],
    ["gate", "Y", "--baseline", "Y", "--policy", "X"],
    ["gate", "Y", "--baseline", "Y", "--on-undetermined", "X"],
    ["gate", "Y", "--baseline", "Y", "--annotate", "X"], ["gate", "Y", "--baseline", "Y", "--junit", "X/X"],
    ["profile", "X"], ["profile", "relu@1x1x1x1", "--diff", "X"],
    ["profile", "relu@1x1x1x1", "--output", "X"],
    ["profile", "relu@1x1x1x1", "--timeline", "X"], ["machine", "X"], ["machine", "--isa", "X"],
  ])
  func messagesAreShort(words: [String]) throws {
    let scratch = try Scratch()
    for word in [
      String(repeating: "x9", count: 30_000), String(repeating: "\u{1B}[31m\u{202E}", count: 500),
      String(repeating: "9", count: 60_000),
    ] {
      let result = try Tool.run(words.map { $0.replacing("X", with: word) }, in: scratch.path)
      #expect(result.status == 2 && result.output.isEmpty, "\(words): \(result.error.prefix(300))")
      #expect(
        result.error.utf8.count < 1_200 && isInert(result.error), "\(words): \(result.error.prefix(300))")
    }
  }
}
