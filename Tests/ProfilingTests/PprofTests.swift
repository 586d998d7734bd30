import Measurement
import Profiling
import Testing

/// pprof's file taken apart again: gzip with stored blocks, then protocol buffers.
@Suite struct PprofTests {
  /// A field: its number and its value or content.
  private enum Field {
    case number(Int)
    case content([UInt8])
  }

  private static func varint(_ bytes: inout ArraySlice<UInt8>) -> Int? {
    var (value, shift) = (0, 0)
    while let byte = bytes.popFirst() {
      value |= Int(byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    return nil
  }

  private static func fields(_ bytes: [UInt8]) throws -> [Int: [Field]] {
    var (rest, result) = (bytes[...], [Int: [Field]]())
    while !rest.isEmpty {
      let tag = try #require(varint(&rest))
      let value = try #require(varint(&rest))
      switch tag & 7 {
      case 0: result[tag >> 3, default: []].append(.number(value))
      case 2:
        try #require(rest.count >= value)
        result[tag >> 3, default: []].append(.content(Array(rest.prefix(value))))
        rest = rest.dropFirst(value)
      default: Issue.record("wire type \(tag & 7)")
      }
    }
    return result
  }

  private static func contents(_ fields: [Int: [Field]], _ number: Int) -> [[UInt8]] {
    (fields[number] ?? []).compactMap { if case .content(let bytes) = $0 { bytes } else { nil } }
  }

  private static func number(_ fields: [Int: [Field]], _ number: Int) -> Int? {
    if case .number(let value)? = fields[number]?.first { value } else { nil }
  }

  private static func packed(_ fields: [Int: [Field]], _ number: Int) -> [Int] {
    var (bytes, values) = ((contents(fields, number).first ?? [])[...], [Int]())
    while let value = varint(&bytes) { values.append(value) }
    return values
  }

  /// Stored blocks of gzip.
  private static func unpacked(_ file: [UInt8]) throws -> [UInt8] {
    try #require(file.prefix(4) == [0x1F, 0x8B, 8, 0])
    var (at, result) = (10, [UInt8]())
    while true {
      let count = Int(file[at + 1]) | Int(file[at + 2]) << 8
      #expect(file[at + 3] == ~file[at + 1] && file[at + 4] == ~file[at + 2])
      result += file[at + 5..<at + 5 + count]
      defer { at += 5 + count }
      if file[at] == 1 { break }
    }
    #expect(file.count == at + 8)
    let size = file.suffix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
    #expect(size == result.count)
    return result
  }

  @Test func samplesAreReadBack() throws {
    let profile = FormatTests.profile
    let message = try Self.fields(
      try Self.unpacked(Pprof.file(profile, wall: Seconds(2), comments: ["what it is"])))
    let strings = Self.contents(message, 6).map { String(decoding: $0, as: UTF8.self) }
    #expect(strings.first == "" && strings.contains("what it is"))
    let functions = try Dictionary(
      uniqueKeysWithValues: Self.contents(message, 5).map { bytes in
        let fields = try Self.fields(bytes)
        return (try #require(Self.number(fields, 1)), strings[try #require(Self.number(fields, 2))])
      })
    let mapping = try Self.fields(try #require(Self.contents(message, 3).first))
    #expect(strings[Self.number(mapping, 5) ?? 0] == "cbambench" && Self.number(mapping, 7) == 1)
    for bytes in Self.contents(message, 4) {
      let location = try Self.fields(bytes)
      #expect(Self.number(location, 2) == Self.number(mapping, 1))
      let line = try Self.fields(try #require(Self.contents(location, 4).first))
      #expect(functions[try #require(Self.number(line, 1))] != nil)
    }
    var again = StackProfile(period: profile.period)
    for bytes in Self.contents(message, 2) {
      let sample = try Self.fields(bytes)
      let values = Self.packed(sample, 2)
      #expect(values.count == 2 && values[1] == values[0] * 10_000_000)
      again.add(Self.packed(sample, 1).reversed().map { functions[$0] ?? "" }, count: values[0])
    }
    #expect(again == profile)
    #expect(Self.contents(message, 1).count == 2)
    #expect(Self.number(message, 10) == 2_000_000_000 && Self.number(message, 12) == 10_000_000)
  }

  @Test func heapIsReadBack() throws {
    var heap = HeapStacks()
    heap.add(
      ["worker 0", "prepare", "f"],
      HeapCounts(inUse: .init(objects: 1, bytes: 640), allocated: .init(objects: 3, bytes: 7 << 33)))
    heap.add(["worker 0", "prepare"], HeapCounts(allocated: .init(objects: 2, bytes: 9)))
    let message = try Self.fields(try Self.unpacked(Pprof.file(heap, comments: ["x"])))
    let strings = Self.contents(message, 6).map { String(decoding: $0, as: UTF8.self) }
    func text(_ fields: [Int: [Field]], _ number: Int) -> String { strings[Self.number(fields, number) ?? 0] }
    let kinds = try Self.contents(message, 1).map { try Self.fields($0) }
    #expect(kinds.map { text($0, 1) } == ["alloc_objects", "alloc_space", "inuse_objects", "inuse_space"])
    #expect(kinds.map { text($0, 2) } == ["count", "bytes", "count", "bytes"])
    #expect(text(message, 14) == "alloc_space")
    let hidden = try Regex(text(message, 7))
    for name in ["swift_slowAlloc", "Swift._ContiguousArrayBuffer.init", "static Swift._SetStorage.allocate"]
    {
      #expect(try hidden.wholeMatch(in: name) != nil)
    }
    for name in ["TiledKernels.Constants.init", "Swift.Sequence.map"] {
      #expect(try hidden.wholeMatch(in: name) == nil)
    }
    let samples = try Self.contents(message, 2).map { try Self.fields($0) }
    #expect(samples.map { Self.packed($0, 2) } == [[2, 9, 0, 0], [3, 7 << 33, 1, 640]])
    #expect(samples.map { Self.packed($0, 1).count } == [2, 3])
  }

  /// More than one stored block holds.
  @Test func longProfilesAreReadBack() throws {
    var profile = StackProfile(period: Seconds(0.01))
    for i in 0..<6000 { profile.add(["worker 0", "stage", "function \(i)"]) }
    let message = try Self.fields(try Self.unpacked(Pprof.file(profile, wall: Seconds(1))))
    #expect(Self.contents(message, 2).count == 6000)
  }
}
