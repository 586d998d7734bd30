/// Windows of a convolution along one axis, cut off at its ends: window i applies `counts[i]` taps from number `taps[i]` on to
/// elements from `firsts[i]` on, `step` apart.
public struct TapWindows {
  public var firsts: UnsafePointer<Int>
  public var counts: UnsafePointer<Int>
  public var taps: UnsafePointer<Int>
  public var step: Int
  public var count: Int

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
