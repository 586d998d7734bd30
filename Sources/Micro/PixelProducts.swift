import MicroKernelAPI

extension Code {
  @inline(never) static func pixelProducts(_ work: UnsafePointer<PixelProducts>) {
    let w = work.pointee
    if w.count < L { return scalarProducts(w) }
    var x = 0
    while x < w.count {
      let vectors = min((w.count &- x &+ L &- 1) / L, 4)
      let last = min(x &+ (vectors &- 1) &* L, w.count &- L)
      switch vectors {
      case 1: ProductColumn<1>.run(w, x, last)
      case 2: ProductColumn<2>.run(w, x, last)
      case 3: ProductColumn<3>.run(w, x, last)
      default: ProductColumn<4>.run(w, x, last)
      }
      x &+= vectors &* L
    }
  }
}

/// Pixels that are fewer than a vector has lanes.
@inline(never) private func scalarProducts(_ w: PixelProducts) {
  for p in 0..<w.count { w.output[p] = 0 }
  for c in 0..<w.channels {
    let at = c &* w.channelStride
    for p in 0..<w.count { w.output[p] += w.first[at &+ p] * w.second[at &+ p] }
  }
}

enum ProductColumn<let V: Int> {
  /// `V` vectors of pixels from `x` on, the last of them at `last`.
  @inline(never) static func run(_ w: PixelProducts, _ x: Int, _ last: Int) {
    var sums: InlineArray<V, Lane> = registers(at: w.first + x)
    var (first, second) = (w.first + x, w.second + x)
    let end = last &- x
    for _ in 0..<w.channels {
      for v in 0..<V {
        let at = v == V &- 1 ? end : v &* L
        accumulate(&sums[v], load(first + at), load(second + at))
      }
      first += w.channelStride
      second += w.channelStride
    }
    for v in 0..<V { store(w.output + (x &+ (v == V &- 1 ? end : v &* L)), sums[v]) }
  }
}
