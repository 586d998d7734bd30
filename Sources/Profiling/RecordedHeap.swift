import PlainText

/// Pieces of memory that stacks have allocated, and those of them that are in use still.
public struct HeapCounts: Sendable, Equatable {
  /// A number of pieces and their size.
  public struct Pieces: Sendable, Equatable {
    /// Number of pieces.
    public var objects: Int
    /// Their size as it was asked for.
    public var bytes: Int

    /// By default none.
    public init(objects: Int = 0, bytes: Int = 0) { (self.objects, self.bytes) = (objects, bytes) }
  }

  /// Not freed when the profile was written.
  public var inUse: Pieces
  /// Allocated at any time, those freed since included.
  public var allocated: Pieces

  /// By default none.
  public init(inUse: Pieces = Pieces(), allocated: Pieces = Pieces()) {
    (self.inUse, self.allocated) = (inUse, allocated)
  }

  /// Takes pieces of a stack away.
  public static func -= (sum: inout HeapCounts, less: HeapCounts) {
    sum.inUse.objects -= less.inUse.objects
    sum.inUse.bytes -= less.inUse.bytes
    sum.allocated.objects -= less.allocated.objects
    sum.allocated.bytes -= less.allocated.bytes
  }

  /// Adds pieces of another stack.
  public static func += (sum: inout HeapCounts, more: HeapCounts) {
    sum.inUse.objects += more.inUse.objects
    sum.inUse.bytes += more.inUse.bytes
    sum.allocated.objects += more.allocated.objects
    sum.allocated.bytes += more.allocated.bytes
  }
}

/// tcmalloc's own heap profile, read: who allocated how much, every allocation counted.
///
/// Text: `heap profile: <objects in use>: <bytes> [<objects allocated>: <bytes>] @ heapprofile`, then the same for each
/// stack with its addresses after the `@`; an empty line, `MAPPED_LIBRARIES:`, lines of `/proc/self/maps` and notes. The
/// sum of the stacks is less than the first line where they were more than tcmalloc's buffer of 1 MiB takes.
/// - Source: gperftools, `src/heap-profile-table.cc`.
public struct RecordedHeap: RecordedStacks, Sendable {
  /// What each stack of addresses, root first, has allocated.
  public private(set) var stacks: [[UInt]: HeapCounts] = [:]
  /// What the first line says of all stacks.
  public private(set) var total: HeapCounts
  /// Lines of the form `name=value` after the mappings.
  public private(set) var notes: [String: String]
  package let mappings: [Mapping]
  package static let leafIsCaller = true
  package static let mostFrames = 32
  /// From the mappings on.
  private var tail: String

  private static let kind = "heapprofile"
  private static let mappingsTitle = "MAPPED_LIBRARIES:"

  /// Reads a file.
  /// - Parameter name: of the file, for messages.
  /// - Throws: `ProfileError` with line, found and expected.
  public init(_ bytes: [UInt8], name: String) throws(ProfileError) {
    func wrong(_ line: Int, _ found: some StringProtocol, _ expected: String) -> ProfileError {
      return ProfileError(
        "\(name.shownPath): no heap profile of tcmalloc: at line \(line) found '\(found.shown)', expected \(expected)"
      )
    }
    let text = String(decoding: bytes, as: UTF8.self)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let first = lines[0]
    guard first.hasPrefix("heap profile:"), let head = Self.counts(first.dropFirst("heap profile:".count))
    else {
      throw wrong(1, first, "'heap profile: OBJECTS: BYTES [OBJECTS: BYTES] @ \(Self.kind)'")
    }
    // Another kind, `heap_v2/PERIOD`, has samples that stand for more than themselves.
    guard head.rest == Self.kind else { throw wrong(1, head.rest, "'\(Self.kind)' after the '@'") }
    var at = 1
    var sum = HeapCounts()
    // tcmalloc cuts the line at which its buffer is full, and the title follows at once: such a line counts for nothing.
    while at < lines.count, !lines[at].isEmpty, at + 1 == lines.count || lines[at + 1] != Self.mappingsTitle {
      guard let line = Self.counts(lines[at]), let stack = Self.addresses(line.rest) else {
        throw wrong(at + 1, lines[at], "'OBJECTS: BYTES [OBJECTS: BYTES] @ 0xADDRESS…'")
      }
      sum += line.counts
      // Line by line: sums of what one line may say do not overflow until then.
      guard sum.allocated.objects <= head.counts.allocated.objects,
        sum.allocated.bytes <= head.counts.allocated.bytes
      else {
        throw wrong(
          1, first, "at least the \(sum.allocated.bytes) bytes that the stacks up to line \(at + 1) allocate")
      }
      stacks[stack, default: HeapCounts()] += line.counts
      at += 1
    }
    guard at + 1 < lines.count, lines[at + 1] == Self.mappingsTitle, bytes.last == UInt8(ascii: "\n") else {
      let found = at + 1 < lines.count ? lines[at + 1] : "the end"
      throw wrong(
        min(at + 2, lines.count), found, "'\(Self.mappingsTitle)' and whole lines; the file is truncated")
    }
    total = head.counts
    let mapped = lines[(at + 2)...]
    notes = Self.notes(mapped.joined(separator: "\n"))
    mappings = Mapping.list(mapped.joined(separator: "\n"))
    tail = mapped.joined(separator: "\n")
  }

  /// The file, stacks with most in use first, as tcmalloc writes it.
  public var bytes: [UInt8] {
    let sorted = stacks.sorted {
      ($1.value.inUse.bytes, $1.value.allocated.bytes) == ($0.value.inUse.bytes, $0.value.allocated.bytes)
        ? $0.key.lexicographicallyPrecedes($1.key)
        : ($1.value.inUse.bytes, $1.value.allocated.bytes) < ($0.value.inUse.bytes, $0.value.allocated.bytes)
    }
    var text = "heap profile: \(Self.text(total)) @ \(Self.kind)\n"
    for (stack, counts) in sorted {
      text += "\(Self.text(counts)) @\(stack.map { " 0x" + String($0, radix: 16) }.joined())\n"
    }
    return Array("\(text)\n\(Self.mappingsTitle)\n\(tail)".utf8)
  }

  package mutating func note(_ name: String, _ value: String) {
    tail += Self.line(name, value)
    notes[name] = value
  }

  /// What the first line has more than the stacks: those that tcmalloc's buffer had no room for.
  public var missing: HeapCounts.Pieces {
    stacks.values.reduce(into: total.allocated) {
      $0.objects -= $1.allocated.objects
      $0.bytes -= $1.allocated.bytes
    }
  }

  /// The stacks that `isKept` says; the others are taken off the total, in which what is missing stays.
  func filtered(_ isKept: ([UInt]) -> Bool) -> RecordedHeap {
    var result = self
    result.stacks = stacks.filter { isKept($0.key) }
    for (stack, counts) in stacks where result.stacks[stack] == nil { result.total -= counts }
    return result
  }

  private static func text(_ counts: HeapCounts) -> String {
    func pad(_ number: Int, _ width: Int) -> String {
      let digits = String(number)
      return String(repeating: " ", count: max(0, width - digits.count)) + digits
    }
    let (used, all) = (counts.inUse, counts.allocated)
    return "\(pad(used.objects, 6)): \(pad(used.bytes, 8)) [\(pad(all.objects, 6)): \(pad(all.bytes, 8))]"
  }

  /// `OBJECTS: BYTES [OBJECTS: BYTES] @ rest`.
  private static func counts(_ line: Substring) -> (counts: HeapCounts, rest: Substring)? {
    guard let match = line.wholeMatch(of: /\s*(\d+):\s*(\d+) \[\s*(\d+):\s*(\d+)\] @ (.*)/),
      let objects = Int(match.1), let bytes = Int(match.2), let allObjects = Int(match.3),
      let allBytes = Int(match.4), objects <= allObjects, bytes <= allBytes, allBytes <= most,
      allObjects <= most
    else { return nil }
    let counts = HeapCounts(
      inUse: .init(objects: objects, bytes: bytes), allocated: .init(objects: allObjects, bytes: allBytes))
    return (counts, match.5)
  }

  /// Sums of two such numbers do not overflow, nor do those of all heaps that are compared.
  private static let most = Int.max >> 20

  private static func addresses(_ text: Substring) -> [UInt]? {
    var addresses: [UInt] = []
    for word in text.split(separator: " ") {
      guard word.hasPrefix("0x"), let address = UInt(word.dropFirst(2), radix: 16) else { return nil }
      addresses.append(address)
    }
    return addresses.isEmpty ? nil : addresses
  }
}
