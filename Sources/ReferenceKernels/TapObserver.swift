/// Watches which taps a windowed loop visits.
public protocol TapObserver {
  mutating func visit(inside: Int, outside: Int)
}

/// Watches nothing and costs nothing.
public struct NoTaps: TapObserver {
  public init() {}
  @inline(__always) public mutating func visit(inside: Int, outside: Int) {}
}

/// Counts the taps that a loop visits and those of them that lie inside the image.
public struct TapCount: TapObserver, Equatable, Sendable {
  public private(set) var visited = 0
  public private(set) var inside = 0
  public init() {}

  public mutating func visit(inside: Int, outside: Int) {
    visited += inside + outside
    self.inside += inside
  }
}
