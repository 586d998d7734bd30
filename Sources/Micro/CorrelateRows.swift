import MicroKernelAPI

// Every tap has a sum in a register: 3×3 taps share each vector of the gradient.
private let tapsAtOnce = 9

extension Code {
  @inline(never) static func correlateRows(_ work: UnsafePointer<CorrelateRows>) {
    var first = 0
    while first < work.pointee.taps {
      switch min(tapsAtOnce, work.pointee.taps &- first) {
      case 1: Correlation<1>.run(work, first)
      case 2: Correlation<2>.run(work, first)
      case 3: Correlation<3>.run(work, first)
      case 4: Correlation<4>.run(work, first)
      case 5: Correlation<5>.run(work, first)
      case 6: Correlation<6>.run(work, first)
      case 7: Correlation<7>.run(work, first)
      case 8: Correlation<8>.run(work, first)
      default: Correlation<9>.run(work, first)
      }
      first &+= tapsAtOnce
    }
  }
}

/// `T` taps from number `first` on.
private enum Correlation<let T: Int> {
  @inline(never) static func run(_ work: UnsafePointer<CorrelateRows>, _ first: Int) {
    let w = work.pointee
    var sums: InlineArray<T, Lane> = registers(at: w.input)
    let offsets = w.offsets + first
    let whole = w.count / L &* L
    for n in 0..<w.images {
      var (g, x) = (w.gradient + n &* w.gradientImage, w.input + n &* w.inputImage)
      for _ in 0..<w.rows {
        var at = 0
        while at < whole {
          let gradient = load(g + at)
          for t in 0..<T {
            accumulate(&sums[t], gradient, load(x + (offsets[t] &+ at)))
            keepOrder()
          }
          at &+= L
        }
        if at < w.count { rest(&sums, w, g, x, offsets) }
        g += w.gradientStride
        x += w.inputStride
      }
    }
    for t in 0..<T {
      let sum = sum(sums[t])
      w.output[first &+ t] = w.adds ? w.output[first &+ t] + sum : sum
    }
  }

  /// The last vector of a row, moved back so that it ends with the row, or the only one of a short row; lanes beside what is
  /// left count as zero.
  @inline(always) private static func rest(
    _ sums: inout InlineArray<T, Lane>, _ w: CorrelateRows, _ g: In, _ x: In, _ offsets: UnsafePointer<Int>
  ) {
    let isShort = w.count < L
    let at = isShort ? 0 : w.count &- L
    let left = w.count % L
    let mask = firstLanes(isShort ? left : L &- left)
    let isReadable = g + (at &+ L) <= w.gradientEnd
    let all = isReadable ? load(g + at) : load(g + at, first: left)
    let gradient = isShort ? Lane.zero.replacing(with: all, where: mask) : all.replacing(with: 0, where: mask)
    for t in 0..<T {
      let all = load(x + (offsets[t] &+ at))
      let values = isShort ? Lane.zero.replacing(with: all, where: mask) : all.replacing(with: 0, where: mask)
      accumulate(&sums[t], gradient, values)
    }
  }
}
