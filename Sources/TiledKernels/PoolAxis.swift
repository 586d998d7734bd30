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
  let firsts: Constants<Int>
  let counts: Constants<Int>
  /// What a window contributes to the divisor of a mean.
  let divisors: Constants<Float>
  /// Nil where extents differ.
  let regular: Regular?

  /// Windows `stride` apart, the first of them `padding` before the image.
  init(_ size: Int, outputs: Int, _ regular: Regular, countPadding: Bool) {
    let windows = (0..<outputs).map { i -> Range<Int> in
      let first = i * regular.stride - regular.padding
      return max(first, 0)..<max(min(first + regular.window, size), max(first, 0))
    }
    let divisors = windows.indices.map { i -> Int in
      let first = i * regular.stride - regular.padding
      return countPadding
        ? min(first + regular.window, size + regular.padding) - first : windows[i].count
    }
    self.init(size, windows, divisors, regular)
  }

  /// Windows that divide the axis into `outputs` parts.
  init(_ size: Int, adaptive outputs: Int) {
    let windows = AdaptivePool.windows(size, outputs)
    let extent = size / outputs
    let isEven = size % outputs == 0
    self.init(
      size, windows, windows.map(\.count),
      isEven ? Regular(window: extent, stride: extent, padding: 0) : nil)
  }

  private init(_ size: Int, _ windows: [Range<Int>], _ divisors: [Int], _ regular: Regular?) {
    self.size = size
    firsts = Constants(windows.map(\.lowerBound))
    counts = Constants(windows.map(\.count))
    self.divisors = Constants(divisors.map { Float($0) })
    self.regular = regular
  }

  var outputs: Int { firsts.count }

  /// Of all windows.
  var elements: Int { (0..<outputs).reduce(0) { $0 + counts.pointer[$1] } }

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

  /// Elements that some windows need. Windows begin in order, but an earlier one may end later.
  func reach(_ windows: Range<Int>) -> Range<Int> {
    let end = windows.map { firsts.pointer[$0] + counts.pointer[$0] }.max() ?? 0
    let first = firsts.pointer[windows.lowerBound]
    return first..<max(first, end)
  }

  func windows(_ range: Range<Int>) -> PoolWindows {
    PoolWindows(
      firsts: firsts.pointer + range.lowerBound, counts: counts.pointer + range.lowerBound,
      divisors: divisors.pointer + range.lowerBound, count: range.count)
  }
}
