import Measurement

/// How often which functions were seen: stacks of names, root first.
public struct StackProfile: Sendable, Equatable {
  /// Names of functions, the root first; never empty.
  public typealias Stack = [String]

  /// What is counted.
  public enum Unit: String, Sendable {
    /// Samples of processor time; bytes allocated.
    case samples, bytes
  }

  /// How often each stack was seen, or what it allocated.
  public private(set) var stacks: [Stack: Int] = [:]
  /// What is counted.
  public let unit: Unit
  /// Processor time that a sample stands for; 0 for bytes.
  public let period: Seconds

  /// A profile of processor time without samples.
  /// - Parameter period: processor time from one sample to the next.
  public init(period: Seconds) { (unit, self.period) = (.samples, period) }

  /// A profile without stacks, whose counts are no times.
  public init(unit: Unit) { (self.unit, period) = (unit, Seconds(0)) }

  /// Adds to the count of a stack, which has at least one frame.
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
    /// The function's name, demangled.
    public let name: String
    /// Count of the stacks that end in it.
    public let itself: Int
    /// Count of the stacks that it is on.
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

  /// Share of the samples whose leaf has a name.
  public var namedShare: Double {
    let unnamed = stacks.reduce(0) { $0 + ($1.key.last == Attribution.unknown ? $1.value : 0) }
    return total == 0 ? 0 : 1 - Double(unnamed) / Double(total)
  }

  /// A function's own share of the samples in two profiles.
  public struct Change: Sendable, Equatable {
    /// The function's name, demangled.
    public let name: String
    /// Its share in the older profile, 0 to 1.
    public let before: Double
    /// Its share in this profile, 0 to 1.
    public let now: Double
  }

  /// Functions by how much their own share has changed, the largest change first.
  public func changes(since other: StackProfile, below roots: Int = 0) -> [Change] {
    func shares(_ profile: StackProfile) -> [String: Double] {
      let total = Double(max(1, profile.total))
      let functions = profile.functions(below: roots)
      return Dictionary(uniqueKeysWithValues: functions.map { ($0.name, Double($0.itself) / total) })
    }
    let (before, now) = (shares(other), shares(self))
    return Set(before.keys).union(now.keys).map {
      Change(name: $0, before: before[$0] ?? 0, now: now[$0] ?? 0)
    }.sorted { (abs($1.now - $1.before), $0.name) < (abs($0.now - $0.before), $1.name) }
  }
}
