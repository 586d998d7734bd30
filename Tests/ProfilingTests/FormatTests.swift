import Foundation
import FoundationXML
import Measurement
import Profiling
import Testing

@Suite struct FormatTests {
  static let profile: StackProfile = {
    var profile = StackProfile(period: Seconds(0.01))
    profile.add(["worker 0", "mul", "f", "g"], count: 300)
    profile.add(["worker 0", "mul", "f"], count: 20)
    profile.add(["worker 1", "wait", "h<Int> & \"x\""], count: 7)
    profile.add(["worker 1", "mul", "f", "f"], count: 1)
    return profile
  }()

  @Test func collapsedStacksAreReadBack() throws {
    let text = CollapsedStacks.text(Self.profile)
    let again = try CollapsedStacks.read(text, name: "x", period: Self.profile.period)
    #expect(again == Self.profile && again.total == 328)
    let error = #expect(throws: ProfileError.self) {
      try CollapsedStacks.read("a;b 3\nc;d x\n", name: "x.folded", period: Seconds(1))
    }
    #expect(error?.description == "x.folded:2: found 'c;d x', expected 'root;…;leaf count'")
  }

  @Test func separatorsInNamesDoNotSplitThem() {
    var profile = StackProfile(period: Seconds(1))
    profile.add(["a;b", "c"])
    #expect(CollapsedStacks.text(profile) == "a,b;c 1\n")
  }

  @Test func differencesHaveBothCounts() {
    var before = StackProfile(period: Seconds(1))
    before.add(["a", "b"], count: 3)
    var after = StackProfile(period: Seconds(1))
    after.add(["a", "c"], count: 4)
    after.add(["a", "b"], count: 1)
    #expect(CollapsedStacks.difference(before, after) == "a;b 3 1\na;c 0 4\n")
    let changes = after.changes(since: before)
    #expect(changes.map(\.name).sorted() == ["a", "b", "c"] && changes.last?.name == "a")
  }

  /// A recursive function counts once per stack.
  @Test func functionsAreCounted() {
    let functions = Self.profile.functions(below: 2)
    #expect(functions.first?.name == "g" && functions.first?.itself == 300)
    let f = functions.first { $0.name == "f" }
    #expect(f?.itself == 21 && f?.cumulative == 321)
  }

  @Test func speedscopeHasOneProfilePerWorker() throws {
    let json = try JSONSerialization.jsonObject(
      with: Data(Speedscope.text(Self.profile, name: "a \"b\"").utf8))
    let root = try #require(json as? [String: Any])
    #expect(root["name"] as? String == "a \"b\"")
    let shared = try #require(root["shared"] as? [String: [[String: String]]])
    let frames = try #require(shared["frames"]).compactMap { $0["name"] }
    let profiles = try #require(root["profiles"] as? [[String: Any]])
    #expect(profiles.map { $0["name"] as? String } == ["worker 0", "worker 1"])
    var sum = 0.0
    for profile in profiles {
      let samples = try #require(profile["samples"] as? [[Int]])
      let weights = try #require(profile["weights"] as? [Double])
      #expect(samples.count == weights.count)
      #expect(samples.allSatisfy { frames[$0[0]] == profile["name"] as? String })
      #expect(abs(weights.reduce(0, +) - (profile["endValue"] as? Double ?? -1)) < 1e-9)
      sum += weights.reduce(0, +)
    }
    #expect(abs(sum - 3.28) < 1e-9)
  }

  @Test func bytesAreSaidToBeBytes() throws {
    var profile = StackProfile(unit: .bytes)
    profile.add(["worker 0", "pack", "f"], count: 3 << 40)
    let text = Speedscope.text(profile, name: "x")
    #expect(text.contains(#""unit":"bytes","startValue":0,"endValue":3298534883328.0,"#))
    #expect(XML(FlameGraph(profile, title: "x").svg).titles.contains("f (3298534883328 bytes, 100.00 %)"))
  }

  /// Names that a file brings along act on nothing: neither on XML, nor on a terminal, nor on lines of collapsed stacks.
  @Test func namesAreInert() throws {
    var profile = StackProfile(period: Seconds(1))
    let name = "\u{1B}[31m\u{0}\u{9B}\u{202E}\u{FFFE} <script>]]>&\"'\na;b"
    profile.add(["worker 0", name, name], count: 100)
    let svg = FlameGraph(profile, title: name, before: profile).svg
    #expect(XML(svg).isWellFormed)
    let collapsed = CollapsedStacks.text(profile)
    #expect(collapsed.split(separator: "\n").count == 1)
    for text in [
      svg, collapsed, Speedscope.text(profile, name: name),
      String(decoding: Pprof.file(profile, wall: Seconds(1)), as: UTF8.self).filter { $0 == "\u{1B}" },
    ] {
      #expect(!text.unicodeScalars.contains { "\u{1B}\u{9B}\u{202E}\u{FFFE}".unicodeScalars.contains($0) })
    }
  }

  @Test func countsThatDoNotAddUp() {
    let error = #expect(throws: ProfileError.self) {
      try CollapsedStacks.read("a 9223372036854775807\nb 1\n", name: "x.folded", period: Seconds(1))
    }
    #expect(error?.description == "x.folded:2: the counts up to here are more than 2^63")
  }

  @Test func workersWithoutSamplesAreNamed() {
    var profile = StackProfile(period: Seconds(0.01))
    profile.add(["worker 0", "mlp", "f"], count: 3)
    profile.add(["worker 2", "mlp", "f"], count: 1)
    func silent(_ threads: Int) -> [Int] {
      StageTimes(profile, order: ["mlp"], threads: threads, wall: Seconds(1), processor: Seconds(1))
        .silentWorkers
    }
    #expect(silent(3) == [1] && silent(5) == [1, 3, 4] && silent(1) == [])
  }

  @Test func flameGraphIsXMLWithEveryWideFrame() {
    let svg = FlameGraph(Self.profile, title: "a < b & c").svg
    let parser = XML(svg)
    #expect(parser.isWellFormed)
    // The one sample of `f;f` is as wide as 3.7 of 1200.
    #expect(parser.titles.count == 11)
    #expect(parser.titles.contains("g (300 samples, 91.46 %)"))
    #expect(parser.titles.contains("h<Int> & \"x\" (7 samples, 2.13 %)"))
    #expect(!svg.contains("http://www.w3.org/1999/xlink") && !svg.contains("<script src"))
  }

  /// The script finds what lies above a frame by its place: rounding must be finer than what it takes for equal.
  @Test func placesOfFramesAreFine() throws {
    var profile = StackProfile(unit: .bytes)
    for i in 0..<70 { profile.add(["worker 0", "stage", "f\(i)"], count: 10_007 + 997 * i) }
    let frames = FlameGraph(profile, title: "x").svg.matches(of: /data-x="([0-9.]+)" data-w="([0-9.]+)"/).map
    {
      (x: Double($0.1) ?? -1, w: Double($0.2) ?? -1)
    }
    try #require(frames.count == 73)
    for (left, right) in zip(frames[3...], frames[4...]) { #expect(abs(left.x + left.w - right.x) < 5e-7) }
    let near = try #require(FlameGraph(profile, title: "x").svg.firstMatch(of: /near = ([0-9.e-]+);/))
    #expect(Double(near.1) == 1e-6)
  }

  @Test func differenceGraphTellsChanges() {
    var before = StackProfile(period: Seconds(1))
    before.add(["worker 0", "mul", "f"], count: 100)
    let titles = XML(FlameGraph(Self.profile, title: "x", before: before).svg).titles
    #expect(titles.contains("g (300 samples, 91.46 %; 0.00 % before, +91.46)"))
  }

  /// Titles of an XML text.
  private final class XML: NSObject, XMLParserDelegate {
    var titles: [String] = []
    private(set) var isWellFormed = false
    private var text: String?

    init(_ source: String) {
      super.init()
      let parser = XMLParser(data: Data(source.utf8))
      parser.delegate = self
      isWellFormed = parser.parse()
    }

    func parser(
      _: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
      attributes: [String: String]
    ) { if name == "title" { text = "" } }

    func parser(_: XMLParser, foundCharacters characters: String) { text? += characters }

    func parser(_: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
      if let text, name == "title" { titles.append(text) }
      if name == "title" { text = nil }
    }
  }
}
