/// Who allocated how much: stacks of names, root first, as `Attribution` makes them.
public struct HeapStacks: Sendable, Equatable {
  /// What each stack has allocated.
  public private(set) var stacks: [StackProfile.Stack: HeapCounts] = [:]

  /// No stacks.
  public init() {}

  /// Adds to what a stack has allocated. A stack has at least one frame.
  public mutating func add(_ stack: StackProfile.Stack, _ counts: HeapCounts) {
    precondition(!stack.isEmpty, "a heap's stack without frames")
    stacks[stack, default: HeapCounts()] += counts
  }

  /// The sum of all stacks.
  public var total: HeapCounts { stacks.values.reduce(into: HeapCounts()) { $0 += $1 } }

  /// In an order that two profiles of the same stacks share.
  public var sorted: [(stack: StackProfile.Stack, counts: HeapCounts)] {
    stacks.map { (stack: $0.key, counts: $0.value) }
      .sorted { $0.stack.lexicographicallyPrecedes($1.stack) }
  }

  /// Bytes allocated by each stack, those freed since included.
  public var bytes: StackProfile {
    var profile = StackProfile(unit: .bytes)
    for (stack, counts) in stacks { profile.add(stack, count: counts.allocated.bytes) }
    return profile
  }

  /// What a stage has allocated.
  public func allocated(stage: String) -> HeapCounts.Pieces {
    stacks.reduce(into: HeapCounts.Pieces()) { sum, item in
      guard item.key.count > 1, item.key[1] == stage else { return }
      sum.objects += item.value.allocated.objects
      sum.bytes += item.value.allocated.bytes
    }
  }

  /// What a function has allocated: by itself, and with all that it called.
  public struct Function: Sendable, Equatable {
    /// The function's name, demangled.
    public let name: String
    /// Allocated by itself.
    public let itself: HeapCounts.Pieces
    /// Allocated by itself and by what it called.
    public let cumulative: HeapCounts.Pieces
  }

  /// Functions that allocate in stages that `isMeant` says, by name. The leaf of a stack is seldom of interest: what
  /// the runtime and the allocator do themselves is their caller's.
  public func functions(in isMeant: (_ stage: String) -> Bool) -> [Function] {
    var itself: [String: HeapCounts.Pieces] = [:]
    var cumulative: [String: HeapCounts.Pieces] = [:]
    for (stack, counts) in stacks where stack.count > Attribution.roots && isMeant(stack[1]) {
      let frames = HeapStacks.withoutRuntime(Array(stack.dropFirst(Attribution.roots)))
      add(counts.allocated, to: &itself[frames[frames.count - 1], default: .init()])
      for name in Set(frames) { add(counts.allocated, to: &cumulative[name, default: .init()]) }
    }
    return cumulative.map { Function(name: $0.key, itself: itself[$0.key] ?? .init(), cumulative: $0.value) }
      .sorted { $0.name < $1.name }
  }

  private func add(_ more: HeapCounts.Pieces, to sum: inout HeapCounts.Pieces) {
    sum.objects += more.objects
    sum.bytes += more.bytes
  }

  /// Frames without leaves of Swift's runtime and library, of C's and of the allocator; one frame stays.
  static func withoutRuntime(_ frames: [String]) -> [String] {
    let last = frames.lastIndex { !isRuntime($0) } ?? 0
    return Array(frames[...last])
  }

  private static func isRuntime(_ name: String) -> Bool {
    let plain = name.replacing(/^(static |closure #\d+ in |protocol witness for )+/, with: "")
    return [
      "Swift.", "swift_", "_swift_", "__swift_", "$s", "_Z", "_dispatch_", "operator new", "assign with ",
      "initialize with ", "destroy of ",
    ].contains(where: plain.hasPrefix)
      || ["malloc", "calloc", "realloc", "posix_memalign", "aligned_alloc", "memalign", Attribution.unknown]
        .contains(plain)
  }
}
