import Measurement
import PlainText

/// `profile.proto` of pprof, gzipped.
/// - Source: github.com/google/pprof/blob/main/proto/profile.proto.
public enum Pprof {
  /// The number of the one mapping.
  private static let program = 1

  /// A value of every sample, and its unit.
  private typealias Kind = (type: String, unit: String)

  /// Processor time.
  /// - Parameters:
  ///   - wall: how long was sampled.
  ///   - comments: shown by pprof with the profile.
  public static func file(_ profile: StackProfile, wall: Seconds, comments: [String] = []) -> [UInt8] {
    let period = Int(profile.period.value * 1e9 + 0.5)
    return file(
      [("samples", "count"), ("cpu", "nanoseconds")],
      profile.sorted.map { ($0.stack, [$0.count, $0.count * period]) },
      duration: Int(wall.value * 1e9), period: (("cpu", "nanoseconds"), period), shown: "cpu", comments)
  }

  /// What was allocated and what is in use, named as pprof's own heap profiles are.
  public static func file(_ heap: HeapStacks, comments: [String] = []) -> [UInt8] {
    file(
      [
        ("alloc_objects", "count"), ("alloc_space", "bytes"), ("inuse_objects", "count"),
        ("inuse_space", "bytes"),
      ],
      heap.sorted.map { stack, counts in
        (
          stack,
          [counts.allocated.objects, counts.allocated.bytes, counts.inUse.objects, counts.inUse.bytes]
        )
      },
      // Every allocation is told, not one every so many bytes.
      duration: 0, period: (("space", "bytes"), 1), shown: "alloc_space", comments, hidden: allocator)
  }

  /// Frames that allocate for their caller and call nothing else of interest, as a regular expression.
  private static let allocator =
    "malloc|calloc|realloc|posix_memalign|aligned_alloc|swift_slowAlloc|swift_allocObject"
    + #"|(static )?Swift\._\w*(Buffer|Storage)\..*"#

  private static func file(
    _ kinds: [Kind], _ samples: [(stack: StackProfile.Stack, values: [Int])], duration: Int,
    period: (kind: Kind, length: Int), shown: String, _ comments: [String],
    hidden: String = ""
  ) -> [UInt8] {
    var message = Protobuf()
    var strings = StringTable()
    for kind in kinds { message.field(1) { valueType(&$0, kind, &strings) } }
    var functions: [String: Int] = [:]
    for (stack, values) in samples {
      // Leaf first; a function and its location have the same number, from one on.
      let locations = stack.reversed().map { name in
        let id = functions[name] ?? functions.count + 1
        functions[name] = id
        return id
      }
      message.field(2) {
        $0.field(1, packed: locations)
        $0.field(2, packed: values)
      }
    }
    // pprof misses a program otherwise; all functions have names already.
    message.field(3) {
      $0.field(1, program)
      $0.field(5, strings.index("cbambench"))
      $0.field(7, 1)
    }
    for (name, id) in functions.sorted(by: { $0.value < $1.value }) {
      message.field(4) {
        $0.field(1, id)
        $0.field(2, program)
        $0.field(4) { $0.field(1, id) }
      }
      message.field(5) {
        $0.field(1, id)
        $0.field(2, strings.index(name))
        $0.field(3, strings.index(name))
      }
    }
    message.field(7, strings.index(hidden))
    message.field(10, duration)
    message.field(11) { valueType(&$0, period.kind, &strings) }
    message.field(12, period.length)
    if !comments.isEmpty { message.field(13, packed: comments.map { strings.index($0) }) }
    message.field(14, strings.index(shown))
    // pprof shows them on terminals.
    for text in strings.list { message.field(6, Array(text.inert.utf8)) }
    return Gzip.stored(message.bytes)
  }

  private static func valueType(_ message: inout Protobuf, _ kind: Kind, _ strings: inout StringTable) {
    message.field(1, strings.index(kind.type))
    message.field(2, strings.index(kind.unit))
  }

  /// Texts by number; number 0 is the empty one.
  private struct StringTable {
    private(set) var list = [""]
    private var known = ["": 0]

    mutating func index(_ text: String) -> Int {
      if let index = known[text] { return index }
      known[text] = list.count
      list.append(text)
      return list.count - 1
    }
  }
}
