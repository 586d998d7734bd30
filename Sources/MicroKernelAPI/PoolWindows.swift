/// Windows along one axis, cut off at its ends: window i takes `counts[i]` elements from `firsts[i]` on.
public struct PoolWindows {
  public var firsts: UnsafePointer<Int>
  public var counts: UnsafePointer<Int>
  /// From one element of a window to the next.
  public var step = 1
  /// Average: what a window along this axis contributes to the divisor.
  public var divisors: UnsafePointer<Float>
  public var count: Int

  public init(
    firsts: UnsafePointer<Int>, counts: UnsafePointer<Int>, divisors: UnsafePointer<Float>, count: Int
  ) {
    self.firsts = firsts
    self.counts = counts
    self.divisors = divisors
    self.count = count
  }
}
