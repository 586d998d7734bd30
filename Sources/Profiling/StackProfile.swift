import Measurement

/// How often which functions were seen: stacks of names, root first.
public struct StackProfile: Sendable, Equatable {
  public typealias Stack = [String]

  public private(set) var stacks: [Stack: Int] = [:]
  /// What a sample stands for: time for processor profiles.
  public let period: Seconds

  public init(period: Seconds) { self.period = period }

  public mutating func add(_ stack: Stack, count: Int = 1) {
    precondition(!stack.isEmpty && count >= 0, "\(count) samples of \(stack)")
    if count > 0 { stacks[stack, default: 0] += count }
  }

  /// All samples.
  public var total: Int { stacks.values.reduce(0, +) }

  /// In an order that two profiles of the same stacks share.
  public var sorted: [(stack: Stack, count: Int)] {
    stacks.map { (stack: $0.key, count: $0.value) }.sorted { $0.stack.lexicographicallyPrecedes($1.stack) }
  }

  /// Samples of a function: as the leaf, and anywhere on the stack.
  public struct Function: Sendable, Equatable {
    public let name: String
    public let itself: Int
    public let cumulative: Int
  }

  /// Functions below `roots` frames, the most often seen leaf first. A recursive function counts once per stack.
  public func functions(below roots: Int = 0) -> [Function] {
    var (itself, cumulative): ([String: Int], [String: Int]) = ([:], [:])
    for (stack, count) in stacks {
      let frames = stack.dropFirst(roots)
      if let leaf = frames.last { itself[leaf, default: 0] += count }
      for name in Set(frames) { cumulative[name, default: 0] += count }
    }
    return cumulative.map { Function(name: $0.key, itself: itself[$0.key] ?? 0, cumulative: $0.value) }
      .sorted { ($1.itself, $1.cumulative, $0.name) < ($0.itself, $0.cumulative, $1.name) }
  }
}
