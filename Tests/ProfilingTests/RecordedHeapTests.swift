import Profiling
import Testing

/// tcmalloc's text, written by hand.
@Suite struct RecordedHeapTests {
  static let text = """
    heap profile:      3:     3000 [    14:     4500] @ heapprofile
         2:     2000 [     3:     3000] @ 0x3ed 0x3f3
         1:     1000 [     1:     1000] @ 0x3f3
         0:        0 [    10:      500] @ 0x3fd 0x3f3

    MAPPED_LIBRARIES:
    10-20 r-xp 0 00:00 0 /bin/none
    cbambench.case=a=b

    """

  static func heap(_ text: String) throws -> RecordedHeap {
    try RecordedHeap(Array(text.utf8), name: "x.heap")
  }

  @Test func stacksAreRead() throws {
    let heap = try Self.heap(Self.text)
    #expect(
      heap.stacks == [
        [0x3ed, 0x3f3]: HeapCounts(
          inUse: .init(objects: 2, bytes: 2000), allocated: .init(objects: 3, bytes: 3000)),
        [0x3f3]: HeapCounts(
          inUse: .init(objects: 1, bytes: 1000), allocated: .init(objects: 1, bytes: 1000)),
        [0x3fd, 0x3f3]: HeapCounts(allocated: .init(objects: 10, bytes: 500)),
      ])
    #expect(heap.total.inUse.objects == 3 && heap.total.allocated.bytes == 4500 && heap.missing == .init())
    #expect(heap.notes == ["case": "a=b"])
  }

  @Test func filesAreWrittenAsTheyWereRead() throws {
    #expect(String(decoding: try Self.heap(Self.text).bytes, as: UTF8.self) == Self.text)
  }

  @Test func equalStacksAreSummed() throws {
    let line = "     0:        0 [    10:      500] @ 0x3fd 0x3f3\n"
    let text = Self.text.replacing("14:     4500", with: "24:     5000").replacing(line, with: line + line)
    let heap = try Self.heap(text)
    #expect(heap.stacks[[0x3fd, 0x3f3]]?.allocated == .init(objects: 20, bytes: 1000))
    #expect(heap.missing == .init())
  }

  /// tcmalloc leaves out what its buffer has no room for.
  @Test func missingStacksAreNoticed() throws {
    let heap = try Self.heap(Self.text.replacing("4500", with: "4507").replacing("[    14", with: "[    16"))
    #expect(heap.missing == .init(objects: 2, bytes: 7))
  }

  @Test func functionsAreNamedAndRuntimeFramesLeftOut() throws {
    // Notes name the addresses before the return addresses.
    let symbols = [
      0x3ec:
        "$s12TiledKernels14PreparedDirect33_949DC4C00D5749E867850E13D35AFB8ALLV4rows_5block_4from5plane_ySnySiG_SiAA"
        + "15ConvolutionTaskV5ImageVSPySfGSiSpySfGtF",
      0x3fc: "swift_slowAlloc", 0x3f2: "cplatform_stage_02",
    ]
    var text = Self.text + "cbambench.stage.2=pack\n"
    for (address, name) in symbols { text += "cbambench.symbol.\(String(address, radix: 16))=\(name)\n" }
    let stacks = Attribution.attribute(try Self.heap(text))
    #expect(stacks.allocated(stage: "pack") == .init(objects: 14, bytes: 4500))
    #expect(stacks.total == (try Self.heap(text)).total)
    let functions = stacks.functions { $0 == "pack" }
    let rows = functions.first { $0.name == "TiledKernels.PreparedDirect.rows" }
    #expect(rows?.itself == .init(objects: 3, bytes: 3000) && rows?.cumulative == rows?.itself)
    #expect(functions.reduce(0) { $0 + $1.itself.bytes } == 4500)
    #expect(stacks.functions { $0 == "other" }.isEmpty)
    #expect(
      CollapsedStacks.text(stacks.bytes).contains("worker 0;pack;TiledKernels.PreparedDirect.rows 3000\n"))
    #expect(stacks.bytes.total == 4500)
  }

  @Test(arguments: [
    ("", "at line 1 found '', expected 'heap profile:"),
    ("heap", "at line 1 found 'heap', expected 'heap profile:"),
    ("heap profile: 1: 2 [3: x] @ heapprofile\n", "at line 1 found 'heap profile: 1: 2"),
    (
      "heap profile: 1: 2 [3: 4] @ heap_v2/524288\n",
      "at line 1 found 'heap_v2/524288', expected 'heapprofile'"
    ),
    ("heap profile: 5: 2 [3: 4] @ heapprofile\n", "at line 1 found 'heap profile: 5"),
    ("heap profile: 0: 0 [3: 4] @ heapprofile\nx\n", "at line 2 found 'x', expected 'OBJECTS: BYTES"),
    ("heap profile: 0: 0 [3: 4] @ heapprofile\n 0: 0 [3: 4] @ 12\n", "at line 2 found ' 0: 0 [3: 4] @ 12'"),
    ("heap profile: 0: 0 [3: 4] @ heapprofile\n 0: 0 [3: 4] @\n", "at line 2 found ' 0: 0 [3: 4] @'"),
    (
      "heap profile: 0: 0 [3: 4] @ heapprofile\n 0: 0 [3: -4] @ 0x1\n",
      "at line 2 found ' 0: 0 [3: -4] @ 0x1'"
    ),
    (
      "heap profile: 0: 0 [3: 4] @ heapprofile\n 0: 0 [3: 99999999999999999999] @ 0x1\n",
      "at line 2 found ' 0: 0 [3: 99999999999999999999] @ 0x1'"
    ),
    (
      "heap profile: 0: 0 [3: 4] @ heapprofile\n 0: 0 [3: 9223372036854775807] @ 0x1\n",
      "at line 2 found ' 0: 0 [3: 9223372036854775807] @ 0x1'"
    ),
    (
      "heap profile: 0: 0 [3: 4] @ heapprofile\n 0: 0 [3: 5] @ 0x1\n\nMAPPED_LIBRARIES:\n",
      "at line 1 found 'heap profile: 0: 0 [3: 4] @ heapprofile', expected at least the 5 bytes"
    ),
    // Each line is possible, their sum is not.
    (
      "heap profile: 0: 0 [3: 8796093022207] @ heapprofile\n"
        + String(repeating: " 0: 0 [1: 8796093022207] @ 0x1\n", count: 3) + "\nMAPPED_LIBRARIES:\n",
      "at line 1 found 'heap profile: 0: 0 [3: 8796093022207] @ …', expected at least the 17592186044414 bytes"
    ),
    ("heap profile: 0: 0 [0: 0] @ heapprofile\n\nMAPPED\n", "at line 3 found 'MAPPED', expected 'MAPPED_LIB"),
  ])
  func damageIsNamed(text: String, expected: String) {
    let error = #expect(throws: ProfileError.self) { try Self.heap(text) }
    #expect(
      error?.description.hasPrefix("x.heap: no heap profile of tcmalloc: \(expected)") == true,
      "\(error as Any)")
  }

  /// A file that ends before its mappings do is told of wherever it ends, between lines of the mappings alone it looks whole.
  /// tcmalloc's buffer was full: the line it cut, without its end, is left out.
  @Test func aCutLineCountsForNothing() throws {
    let text =
      "heap profile: 0: 0 [3: 9] @ heapprofile\n 0: 0 [1: 4] @ 0x1\n 0: 0 [2: 5] @ 0x2 0x\nMAPPED_LIBRARIES:\n"
    let recorded = try RecordedHeap(Array(text.utf8), name: "a.heap")
    #expect(recorded.stacks.keys.map { $0 } == [[1]])
    #expect(recorded.total.allocated == .init(objects: 3, bytes: 9))
  }

  @Test func truncationIsAnError() throws {
    let whole = Array(Self.text.utf8)
    let title = "MAPPED_LIBRARIES:\n"
    let end = Self.text.utf8.count - (Self.text.components(title)[1].utf8.count)
    for count in 0..<whole.count where count < end || whole[count - 1] != UInt8(ascii: "\n") {
      #expect(throws: ProfileError.self) { try RecordedHeap(Array(whole[..<count]), name: "x.heap") }
    }
    #expect(throws: Never.self) { try RecordedHeap(Array(whole[..<end]), name: "x.heap") }
  }

  @Test func noTextIsNone() {
    for bytes in [[0, 255, 10], [UInt8](repeating: 0xFE, count: 3000)] {
      #expect(throws: ProfileError.self) { try RecordedHeap(bytes, name: "x.heap") }
    }
  }
}

extension String {
  fileprivate func components(_ separator: String) -> [String] {
    split(separator: separator).map { String($0) }
  }
}
