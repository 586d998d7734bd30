import Measurement
import PlainText

/// gperftools' own file of processor time, read: sampled stacks of addresses, and the mappings that give them names.
///
/// Native words: `0, 3, 0, period in µs, 0`; then for each stack its count, the number of its addresses and the addresses,
/// leaf first; then `0, 1, 0` and text, lines of `/proc/self/maps` and notes.
/// - Source: gperftools, `docs/cpuprofile-fileformat.html`.
public struct RecordedProfile: RecordedStacks, Sendable {
  /// Processor time that a sample stands for.
  public let period: Seconds
  /// How often each stack was seen; addresses leaf first, callers' ones after the call.
  public let stacks: [[UInt]: Int]
  /// The file.
  public private(set) var bytes: [UInt8]
  /// What this project has noted in the text.
  public private(set) var notes: [String: String] = [:]
  package let mappings: [Mapping]
  package static let leafIsCaller = false
  package static let mostFrames = Int(deepest)

  private static let word = MemoryLayout<UInt>.size
  /// Deeper stacks than gperftools records tell of a corrupt file.
  private static let deepest: UInt = 10_000

  /// Reads a file.
  /// - Parameter name: of the file, for messages.
  /// - Throws: `ProfileError` with offset, found and expected.
  public init(_ bytes: [UInt8], name: String) throws(ProfileError) {
    var reader = Reader(bytes: bytes, name: name)
    for (expected, what) in [
      (UInt(0), "the header's first word"), (3, "the header's length"), (0, "the version"),
    ] {
      try reader.require(expected, what)
    }
    let at = reader.offset
    let written = try reader.next("the period")
    guard (1...1_000_000_000).contains(written) else {
      throw reader.wrong(at, "\(written)", "a period between 1 and 1000000000 µs")
    }
    try reader.require(0, "the header's last word")
    // So that no sum of counts and no time in nanoseconds overflows.
    let most = UInt(Int.max) / (written * 1000)
    stacks = try reader.stacks(deepest: Self.deepest, most: most)
    period = Seconds(Double(written) * 1e-6)
    let text = String(decoding: bytes[reader.offset...], as: UTF8.self)
    mappings = Mapping.list(text)
    self.bytes = bytes
    notes = Self.notes(text)
  }

  /// All samples.
  public var total: Int { stacks.values.reduce(0, +) }

  /// Adds a line to the text, for readers of the file.
  public mutating func note(_ name: String, _ value: String) {
    notes[name] = value
    bytes += Array(Self.line(name, value).utf8)
  }

  /// Takes words from the bytes of a file.
  private struct Reader {
    let bytes: [UInt8]
    let name: String
    var offset = 0

    mutating func next(_ what: String) throws(ProfileError) -> UInt {
      let left = bytes.count - offset
      guard left >= word else {
        throw wrong(offset, "\(left) bytes", "\(what), \(word) bytes; the file is truncated")
      }
      defer { offset += word }
      return bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: UInt.self) }
    }

    mutating func require(_ expected: UInt, _ what: String) throws(ProfileError) {
      let at = offset
      let found = try next(what)
      guard found == expected else { throw wrong(at, "\(found)", "\(expected), \(what)") }
    }

    /// - Parameter most: samples of all stacks.
    mutating func stacks(deepest: UInt, most: UInt) throws(ProfileError) -> [[UInt]: Int] {
      var stacks: [[UInt]: Int] = [:]
      var total: UInt = 0
      while true {
        let at = offset
        let count = try next("the count of a stack")
        let depth = try next("the depth of a stack")
        if count == 0 {
          guard depth == 1 else { throw wrong(at, "0, \(depth)", "0, 1, the end of the stacks") }
          try require(0, "the trailer's last word")
          return stacks
        }
        guard count <= most - total else {
          throw wrong(at, "\(count)", "the count of a stack, of all together at most \(most)")
        }
        total += count
        guard (1...deepest).contains(depth) else {
          throw wrong(at + word, "\(depth)", "a depth of a stack between 1 and \(deepest)")
        }
        var stack: [UInt] = []
        for _ in 0..<depth { stack.append(try next("an address of a stack")) }
        stacks[stack, default: 0] += Int(count)
      }
    }

    func wrong(_ at: Int, _ found: String, _ expected: String) -> ProfileError {
      ProfileError(
        "\(name.shownPath): no CPU profile of gperftools: at byte \(at) found \(found), expected \(expected)")
    }
  }
}
