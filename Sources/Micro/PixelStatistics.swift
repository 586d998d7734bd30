import MicroKernelAPI

extension Code {
  @inline(never) static func pixelStatistics(_ pixels: UnsafePointer<PixelStatistics>) {
    var p = pixels.pointee
    for _ in 0..<p.images {
      if p.gates != nil { Pixels<1>.run(p) } else { Pixels<0>.run(p) }
      p.input += p.imageStride
      p.gates = p.gates.map { $0 + p.channels }
      p.maximum = p.maximum.map { $0 + p.targetStride }
      p.sum = p.sum.map { $0 + p.targetStride }
    }
  }
}

enum Pixels<let Gated: Int> {
  /// Several vectors of pixels in registers while the channels go by; the last vector is moved back to the end of the
  /// run.
  @inline(always) static func run(_ p: PixelStatistics) {
    if p.count < L { return NarrowPixels<Gated>.run(p) }
    #if ISA_AVX512
      let most = 8
    #else
      let most = 4
    #endif
    var x = 0
    while x < p.count {
      let vectors = min((p.count &- x &+ L &- 1) / L, most)
      let last = min(x &+ (vectors &- 1) &* L, p.count &- L)
      switch vectors {
      case 1: ChannelColumn<1, Gated>.run(p, x, last)
      case 2: ChannelColumn<2, Gated>.run(p, x, last)
      case 3: ChannelColumn<3, Gated>.run(p, x, last)
      case 4: ChannelColumn<4, Gated>.run(p, x, last)
      #if ISA_AVX512
        case 5: ChannelColumn<5, Gated>.run(p, x, last)
        case 6: ChannelColumn<6, Gated>.run(p, x, last)
        case 7: ChannelColumn<7, Gated>.run(p, x, last)
        case 8: ChannelColumn<8, Gated>.run(p, x, last)
      #endif
      default: fatalError("\(vectors) vectors; at most \(most)")
      }
      x &+= vectors &* L
    }
  }

  @inline(never) static func scalar(_ p: PixelStatistics, _ pixels: Range<Int>) {
    for x in pixels {
      var total: Float = 0
      var top = -Float.infinity
      for c in 0..<p.channels {
        let v = p.input[c &* p.channelStride &+ x] * (p.gates?[c] ?? 1)
        total += v
        top = maximum(top, v)
      }
      if let target = p.maximum { target[x] = top }
      if let target = p.sum { target[x] = total / p.divisor }
    }
  }
}

enum ChannelColumn<let V: Int, let Gated: Int> {
  /// `V` vectors of pixels from `x` on, the last of them at `last`.
  @inline(never) static func run(_ p: PixelStatistics, _ x: Int, _ last: Int) {
    var sums = InlineArray<V, Lane>(repeating: .zero)
    var tops = InlineArray<V, Lane>(repeating: Lane(repeating: -.infinity))
    var source = p.input + x
    let end = last &- x
    let gates = p.gates ?? p.input
    for c in 0..<p.channels {
      let scale = Gated == 1 ? Lane(repeating: gates[c]) : Lane.zero
      for v in 0..<V {
        let loaded = load(source + (v == V &- 1 ? end : v &* L))
        let value = Gated == 1 ? loaded * scale : loaded
        sums[v] += value
        tops[v] = larger(tops[v], value)
      }
      source += p.channelStride
    }
    var all = sums[0]
    for v in 1..<max(V, 1) { all += sums[v] }
    let total = sum(all)
    for v in 0..<V {
      let at = v == V &- 1 ? last : x &+ v &* L
      if let target = p.maximum { store(target + at, tops[v]) }
      if let target = p.sum { store(target + at, sums[v] / p.divisor) }
    }
    if total != total { Pixels<Gated>.scalar(p, min(x, last)..<last &+ L) }
  }
}
