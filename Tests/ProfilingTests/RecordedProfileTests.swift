import Measurement
import Profiling
import Testing

/// gperftools' file, written by hand word by word.
@Suite struct RecordedProfileTests {
  static let header: [UInt] = [0, 3, 0, 10_000, 0]
  static let trailer: [UInt] = [0, 1, 0]

  static func bytes(_ words: [UInt], _ text: String = "") -> [UInt8] {
    words.flatMap { word in withUnsafeBytes(of: word) { Array($0) } } + Array(text.utf8)
  }

  @Test func stacksAreSummed() throws {
    let words = Self.header + [2, 3, 30, 20, 10] + [1, 1, 30] + [5, 3, 30, 20, 10] + Self.trailer
    let text = "build=/x\ncbambench.stage.0=pool planes\n10-20 r-xp 0 00:00 0 /bin/none\ncbambench.case=a=b\n"
    let profile = try RecordedProfile(Self.bytes(words, text), name: "x.prof")
    #expect(profile.stacks == [[30, 20, 10]: 7, [30]: 1])
    #expect(profile.total == 8 && profile.period == Seconds(0.01))
    #expect(profile.notes == ["stage.0": "pool planes", "case": "a=b"])
  }

  @Test func notesAreReadAgain() throws {
    var profile = try RecordedProfile(Self.bytes(Self.header + [1, 1, 9] + Self.trailer), name: "x.prof")
    profile.note("stage.3", "mlp 1")
    let again = try RecordedProfile(profile.bytes, name: "x.prof")
    #expect(again.notes == ["stage.3": "mlp 1"] && again.stacks == profile.stacks)
  }

  /// Each message has offset, found and expected.
  @Test(
    arguments: [
      ([], "at byte 0 found 0 bytes, expected the header's first word"),
      ([1], "at byte 0 found 1, expected 0, the header's first word"),
      ([0, 2], "at byte 8 found 2, expected 3, the header's length"),
      ([0, 3, 1], "at byte 16 found 1, expected 0, the version"),
      ([0, 3, 0, 0, 0], "at byte 24 found 0, expected a period"),
      ([0, 3, 0, 10_000], "at byte 32 found 0 bytes, expected the header's last word"),
      ([0, 3, 0, 10_000, 0], "at byte 40 found 0 bytes, expected the count of a stack"),
      ([0, 3, 0, 10_000, 0, 1], "at byte 48 found 0 bytes, expected the depth of a stack"),
      ([0, 3, 0, 10_000, 0, 1, 0], "at byte 48 found 0, expected a depth of a stack"),
      ([0, 3, 0, 10_000, 0, 1, 1 << 40], "at byte 48 found 1099511627776, expected a depth"),
      ([0, 3, 0, 10_000, 0, 1, 3, 7, 8], "at byte 72 found 0 bytes, expected an address"),
      ([0, 3, 0, 10_000, 0, 1 << 60, 1, 7], "at byte 40 found 1152921504606846976, expected the count"),
      (
        [0, 3, 0, 10_000, 0, 1 << 38, 1, 7] + Array(repeating: [1 << 39, 1, 7], count: 2).joined(),
        "at byte 88 found 549755813888, expected the count of a stack, of all together at most 922337203685"
      ),
      ([0, 3, 0, 10_000, 0, .max, 1, 7], "at byte 40 found 18446744073709551615, expected the count"),
      ([0, 3, 0, 10_000, 0, 0, 2, 0], "at byte 40 found 0, 2, expected 0, 1, the end"),
      ([0, 3, 0, 10_000, 0, 0, 1, 5], "at byte 56 found 5, expected 0, the trailer's last word"),
    ] as [([UInt], String)])
  func damageIsNamed(words: [UInt], expected: String) {
    let error = #expect(throws: ProfileError.self) { try RecordedProfile(Self.bytes(words), name: "x.prof") }
    #expect(
      error?.description.hasPrefix("x.prof: no CPU profile of gperftools: \(expected)") == true,
      "\(error as Any)")
  }

  /// As many samples as may be: no sum and no time in nanoseconds overflows, wherever they go.
  @Test func theMostSamples() throws {
    let most = UInt(Int.max) / 10_000_000
    let words = Self.header + [most - 1, 1, 0x1234] + [1, 1, 0x2234] + Self.trailer
    // The second mapping begins so late in its file that an offset overflows.
    let text = "1000-2000 r-xp 0 00:00 0 /bin/none\n2000-3000 r-xp ffffffffffffffff 00:00 0 /bin/none\n"
    let profile = try RecordedProfile(Self.bytes(words, text), name: "x.prof")
    #expect(profile.total == Int(most))
    let stacks = Attribution.attribute(profile)
    #expect(
      Pprof.file(stacks, wall: Seconds(1)).count > 100
        && stacks.functions(below: Attribution.roots).count == 1)
    let short = [0, 3, 0, 1_000_000_000, 0, UInt(Int.max) / 1_000_000_000_000, 1, 7] + Self.trailer
    #expect(
      Pprof.file(
        Attribution.attribute(try RecordedProfile(Self.bytes(short), name: "x.prof")), wall: Seconds(1)
      ).count > 100)
  }

  /// The deepest stack that a file may have: no recursion is too deep for it.
  @Test func theDeepestStack() throws {
    let words = Self.header + [1, 10_000] + (1...10_000).map { UInt($0) } + Self.trailer
    let notes = (0...10_000).map { "cbambench.symbol.\(String($0, radix: 16))=f\($0)\n" }.joined()
    let before = Attribution.attribute(try RecordedProfile(Self.bytes(words, notes), name: "x.prof"))
    // The leaf and the call before it are one address.
    #expect(before.stacks.keys.first?.count == 9_999 + Attribution.roots)
    var now = StackProfile(period: Seconds(1))
    now.add(["worker 0", "mlp", "f"], count: 1)
    #expect(FlameGraph(now, title: "x", before: before).svg.count > 100)
    #expect(FlameGraph(before, title: "x").svg.count > 100)
  }

  /// A worker whose number no process has is none.
  @Test func marksOfNoWorker() throws {
    for mark in ["cplatform_worker_-5", "cplatform_worker_7fffffffffffffff", "cplatform_stage_-1"] {
      let bytes = Self.bytes(Self.header + [1, 1, 9] + Self.trailer, "cbambench.symbol.9=\(mark)\n")
      let stacks = Attribution.attribute(try RecordedProfile(bytes, name: "x.prof"))
      #expect(
        stacks.stacks.keys.allSatisfy {
          !$0[0].contains("-") && !$0[0].contains("7fff") && !$0[0].contains("9223")
        })
    }
  }

  /// What a profile names as a program may be no file: reading it would never end.
  @Test func programsThatAreNoFiles() throws {
    for path in ["/dev/zero", "/dev/tty", "/proc/self/fd/0", "/"] {
      let bytes = Self.bytes(
        Self.header + [1, 1, 0x1234] + Self.trailer, "1000-2000 r-xp 0 00:00 0 \(path)\n")
      let stacks = Attribution.attribute(try RecordedProfile(bytes, name: "x.prof"))
      #expect(stacks.namedShare == 0)
    }
  }

  /// A file that ends early is told of wherever it ends.
  @Test func everyTruncationIsAnError() {
    let whole = Self.bytes(Self.header + [2, 2, 30, 20] + Self.trailer)
    for count in 0..<whole.count {
      #expect(throws: ProfileError.self) { try RecordedProfile(Array(whole[..<count]), name: "x.prof") }
    }
    #expect(throws: Never.self) { try RecordedProfile(whole, name: "x.prof") }
  }
}
