/// Windows of a convolution along one axis, cut off at its ends: window i applies `counts[i]` taps from number `taps[i]` on to
/// elements from `firsts[i]` on, `step` apart.
public struct TapWindows {
  /// For each window the first element inside.
  public var firsts: UnsafePointer<Int>
  /// For each window its taps inside.
  public var counts: UnsafePointer<Int>
  /// For each window the number of its first tap inside.
  public var taps: UnsafePointer<Int>
  /// From the element of a tap to that of the next.
  public var step: Int
  /// Windows.
  public var count: Int

  /// Memory stays the caller's.
  public init(
    firsts: UnsafePointer<Int>, counts: UnsafePointer<Int>, taps: UnsafePointer<Int>, step: Int, count: Int
  ) {
    self.firsts = firsts
    self.counts = counts
    self.taps = taps
    self.step = step
    self.count = count
  }
}
