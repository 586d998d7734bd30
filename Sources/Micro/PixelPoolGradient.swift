import MicroKernelAPI

extension Code {
  @inline(never) static func pixelPoolGradient(_ work: UnsafePointer<PixelPoolGradient>) {
    let w = work.pointee
    if w.count < L { return scalarPixels(w) }
    #if ISA_AVX512
      let most = 4
    #else
      let most = 2
    #endif
    var x = 0
    while x < w.count {
      let vectors = min((w.count &- x &+ L &- 1) / L, most)
      let last = min(x &+ (vectors &- 1) &* L, w.count &- L)
      switch vectors {
      case 1: PixelColumn<1>.run(w, x, last)
      case 2: PixelColumn<2>.run(w, x, last)
      #if ISA_AVX512
        case 3: PixelColumn<3>.run(w, x, last)
        case 4: PixelColumn<4>.run(w, x, last)
      #endif
      default: fatalError("\(vectors) vectors; at most \(most)")
      }
      x &+= vectors &* L
    }
  }
}

/// Pixels that are fewer than a vector has lanes.
@inline(never) private func scalarPixels(_ w: PixelPoolGradient) {
  for p in 0..<w.count {
    var best = p
    for c in 1..<max(w.channels, 1) where w.input[best] == w.input[best] {
      let at = c &* w.channelStride &+ p
      if w.input[at] > w.input[best] || w.input[at] != w.input[at] { best = at }
    }
    let share = w.mean[p] / w.divisor
    for c in 0..<w.channels { w.output[c &* w.channelStride &+ p] = share }
    w.output[best] = share + w.maximum[p]
  }
}

enum PixelColumn<let V: Int> {
  /// `V` vectors of pixels from `x` on, the last of them at `last`: once over the channels to find the maxima, once to store.
  @inline(never) static func run(_ w: PixelPoolGradient, _ x: Int, _ last: Int) {
    var tops: InlineArray<V, Lane> = registers(at: w.input + x)
    var places: InlineArray<V, Lane> = registers(at: w.input + x)
    for v in 0..<V { tops[v] = load(w.input + (v == V &- 1 ? last : x &+ v &* L)) }
    var source = w.input + (x &+ w.channelStride)
    let end = last &- x
    for c in 1..<max(w.channels, 1) {
      let number = Bits(repeating: UInt32(truncatingIfNeeded: c))
      for v in 0..<V {
        let value = load(source + (v == V &- 1 ? end : v &* L))
        // A number is not below a NaN that was found, and a NaN replaces no other.
        let takes = ((value .> tops[v]) .| (value .!= value)) .& (tops[v] .== tops[v])
        tops[v] = tops[v].replacing(with: value, where: takes)
        let at = unsafeBitCast(places[v], to: Bits.self).replacing(with: number, where: takes)
        places[v] = unsafeBitCast(at, to: Lane.self)
      }
      source += w.channelStride
    }
    share(w, places, x, end)
  }

  @inline(always) private static func share(
    _ w: PixelPoolGradient, _ places: InlineArray<V, Lane>, _ x: Int, _ end: Int
  ) {
    var shares: InlineArray<V, Lane> = registers(at: w.input + x)
    var whole: InlineArray<V, Lane> = registers(at: w.input + x)
    for v in 0..<V {
      let at = x &+ (v == V &- 1 ? end : v &* L)
      shares[v] = load(w.mean + at) / Lane(repeating: w.divisor)
      whole[v] = shares[v] + load(w.maximum + at)
    }
    var target = w.output + x
    for c in 0..<w.channels {
      let number = Bits(repeating: UInt32(truncatingIfNeeded: c))
      for v in 0..<V {
        let isBest = unsafeBitCast(places[v], to: Bits.self) .== number
        store(
          target + (v == V &- 1 ? end : v &* L), shares[v].replacing(with: whole[v], where: isBest))
      }
      target += w.channelStride
    }
  }
}
