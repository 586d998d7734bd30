/// Windows along one axis, cut off at its ends: window i takes `counts[i]` elements from `firsts[i]` on.
public struct PoolWindows {
  /// For each window its first element.
  public var firsts: UnsafePointer<Int>
  /// For each window its elements.
  public var counts: UnsafePointer<Int>
  /// From one element of a window to the next.
  public var step = 1
  /// Average: what a window along this axis contributes to the divisor.
  public var divisors: UnsafePointer<Float>
  /// Windows.
  public var count: Int

  /// Neighbouring elements, unless `step` is set; memory stays the caller's.
  public init(
    firsts: UnsafePointer<Int>, counts: UnsafePointer<Int>, divisors: UnsafePointer<Float>, count: Int
  ) {
    self.firsts = firsts
    self.counts = counts
    self.divisors = divisors
    self.count = count
  }
}
