import MicroKernelAPI
import Operators

/// The windows of a pool along one axis of a plane, cut off at the image.
struct PoolAxis: Sendable {
  /// Windows that are alike but for their places.
  struct Regular {
    let window: Int
    let stride: Int
    let padding: Int
  }

  let size: Int
  /// From one element of a window to the next.
  let step: Int
  let firsts: Constants<Int>
  let counts: Constants<Int>
  /// What a window contributes to the divisor of a mean.
  let divisors: Constants<Float>
  /// Nil where extents differ.
  let regular: Regular?

  init(_ size: Int, _ windows: [PoolWindow], step: Int, _ regular: Regular) {
    self.init(
      size, windows.map { ($0.first, $0.count) }, divisors: windows.map(\.divisor), step: step, regular)
  }

  /// Windows that divide the axis into `outputs` parts.
  init(_ size: Int, adaptive outputs: Int) {
    let windows = AdaptivePool.windows(size, outputs).map { ($0.lowerBound, $0.count) }
    let extent = size / outputs
    self.init(
      size, windows, divisors: windows.map(\.1), step: 1,
      size % outputs == 0 ? Regular(window: extent, stride: extent, padding: 0) : nil)
  }

  private init(
    _ size: Int, _ windows: [(first: Int, count: Int)], divisors: [Int], step: Int, _ regular: Regular?
  ) {
    self.size = size
    self.step = step
    firsts = Constants(windows.map(\.first))
    counts = Constants(windows.map(\.count))
    self.divisors = Constants(divisors.map { Float($0) })
    self.regular = regular
  }

  var outputs: Int { firsts.count }

  /// Of all windows.
  var elements: Int { (0..<outputs).reduce(0) { $0 + counts.pointer[$1] } }

  /// Elements that all windows have, if none has more than one beyond them, else 0.
  var alike: Int {
    let all = (0..<outputs).map { counts.pointer[$0] }
    guard let least = all.min(), let most = all.max(), most - least <= 1 else { return 0 }
    return least
  }

  /// Whether there is one window, which covers the axis.
  var isWhole: Bool { outputs == 1 && firsts.pointer[0] == 0 && counts.pointer[0] == size }

  /// Whether each window is an element of its own.
  var isIdentity: Bool {
    outputs == size
      && (0..<size).allSatisfy {
        firsts.pointer[$0] == $0 && counts.pointer[$0] == 1 && divisors.pointer[$0] == 1
      }
  }

  /// Windows that are not cut off.
  var interior: Range<Int> {
    guard let regular else { return 0..<0 }
    let isWhole = { (i: Int) in counts.pointer[i] == regular.window }
    guard let first = (0..<outputs).first(where: isWhole) else { return 0..<0 }
    return first..<((first..<outputs).first { !isWhole($0) } ?? outputs)
  }

  /// Elements from the first to the last that some windows need.
  func reach(_ windows: Range<Int>) -> Range<Int> {
    let needed = windows.filter { counts.pointer[$0] > 0 }
    guard let first = needed.map({ firsts.pointer[$0] }).min() else { return 0..<0 }
    let last = needed.map { firsts.pointer[$0] + (counts.pointer[$0] - 1) * step }.max() ?? first
    return first..<last + 1
  }

  func windows(_ range: Range<Int>) -> PoolWindows {
    var windows = PoolWindows(
      firsts: firsts.pointer + range.lowerBound, counts: counts.pointer + range.lowerBound,
      divisors: divisors.pointer + range.lowerBound, count: range.count)
    windows.step = step
    return windows
  }
}
