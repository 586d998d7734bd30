import Measurement

/// `profile.proto` of pprof, gzipped.
/// - Source: github.com/google/pprof/blob/main/proto/profile.proto.
public enum Pprof {
  /// - Parameters:
  ///   - wall: how long was sampled.
  ///   - comments: shown by pprof with the profile.
  public static func file(_ profile: StackProfile, wall: Seconds, comments: [String] = []) -> [UInt8] {
    var message = Protobuf()
    var strings = StringTable()
    let period = Int(profile.period.value * 1e9 + 0.5)
    for (type, unit) in [("samples", "count"), ("cpu", "nanoseconds")] {
      message.field(1) { valueType(&$0, strings.index(type), strings.index(unit)) }
    }
    var functions: [String: Int] = [:]
    for (stack, count) in profile.sorted {
      // Leaf first; a function and its location have the same number, from one on.
      let locations = stack.reversed().map { name in
        let id = functions[name] ?? functions.count + 1
        functions[name] = id
        return id
      }
      message.field(2) {
        $0.field(1, packed: locations)
        $0.field(2, packed: [count, count * period])
      }
    }
    for (name, id) in functions.sorted(by: { $0.value < $1.value }) {
      message.field(4) {
        $0.field(1, id)
        $0.field(4) { $0.field(1, id) }
      }
      message.field(5) {
        $0.field(1, id)
        $0.field(2, strings.index(name))
        $0.field(3, strings.index(name))
      }
    }
    message.field(10, Int(wall.value * 1e9))
    message.field(11) { valueType(&$0, strings.index("cpu"), strings.index("nanoseconds")) }
    message.field(12, period)
    if !comments.isEmpty { message.field(13, packed: comments.map { strings.index($0) }) }
    message.field(14, strings.index("cpu"))
    for text in strings.list { message.field(6, Array(text.utf8)) }
    return Gzip.stored(message.bytes)
  }

  private static func valueType(_ message: inout Protobuf, _ type: Int, _ unit: Int) {
    message.field(1, type)
    message.field(2, unit)
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
