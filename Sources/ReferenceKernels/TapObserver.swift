/// Watches which taps a windowed loop visits.
public protocol TapObserver {
  /// Hears of taps that a window has inside the image and in its padding.
  mutating func visit(inside: Int, outside: Int)
}

/// Watches nothing and costs nothing.
public struct NoTaps: TapObserver {
  /// Counts nothing.
  public init() {}
  /// Does nothing, and costs nothing.
  @inline(__always) public mutating func visit(inside: Int, outside: Int) {}
}

/// Counts the taps that a loop visits and those of them that lie inside the image.
public struct TapCount: TapObserver, Equatable, Sendable {
  /// All taps.
  public private(set) var visited = 0
  /// Taps inside the image.
  public private(set) var inside = 0
  /// No taps yet.
  public init() {}

  /// Counts them.
  public mutating func visit(inside: Int, outside: Int) {
    visited += inside + outside
    self.inside += inside
  }
}
