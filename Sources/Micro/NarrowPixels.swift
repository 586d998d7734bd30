import MicroKernelAPI

/// Maximum and sum over channels of fewer pixels than a vector has lanes. `Gated`: 1 if channels are multiplied by gates
/// first, else 0.
enum NarrowPixels<let Gated: Int> {
  @inline(always) static func run(_ p: PixelStatistics) {
    switch (p.count, p.channelStride == p.count) {
    case (1, true): NarrowChannels<1, Gated>.run(p)
    case (2, true): NarrowChannels<2, Gated>.run(p)
    case (3, true): NarrowChannels<3, Gated>.run(p)
    case (1..<4, _): Pixels<Gated>.scalar(p, 0..<p.count)
    case (4, _): NarrowColumn<1, 4, Gated>.run(p)
    case (5...8, _): NarrowColumn<2, 2, Gated>.run(p)
    case (9...12, _): NarrowColumn<3, 1, Gated>.run(p)
    default: NarrowColumn<4, 1, Gated>.run(p)
    }
  }
}

/// `N` ≤ 3 pixels whose channels lie side by side: vectors over four channels.
enum NarrowChannels<let N: Int, let Gated: Int> {
  @inline(never) static func run(_ p: PixelStatistics) {
    let gates = p.gates ?? p.input
    var sums = InlineArray<N, Four>(repeating: .zero)
    var tops = InlineArray<N, Four>(repeating: Four(repeating: -.infinity))
    var c = 0
    while c &+ Values<N>.reads <= p.channels {
      let values = Values<N>.four(p.input + c &* N)
      let gate = Gated == 1 ? load4(gates + c) : Four.zero
      for i in 0..<N {
        let x = Gated == 1 ? values[i] * gate : values[i]
        sums[i] += x
        tops[i] = larger4(tops[i], x)
      }
      c &+= 4
    }
    for i in 0..<N { finish(p, i, c, sums[i], tops[i]) }
  }

  /// Pixel `i`, of which four lanes have the channels up to `done`.
  @inline(always) private static func finish(
    _ p: PixelStatistics, _ i: Int, _ done: Int, _ sums: Four, _ tops: Four
  ) {
    var total = sum4(sums)
    // The maximum has lost a NaN, the sum has not.
    if total != total { return Pixels<Gated>.scalar(p, i..<i &+ 1) }
    var top = maximum(maximum(tops[0], tops[1]), maximum(tops[2], tops[3]))
    for c in done..<p.channels {
      let x = Gated == 1 ? p.input[c &* N &+ i] * (p.gates ?? p.input)[c] : p.input[c &* N &+ i]
      total += x
      top = maximum(top, x)
    }
    if let target = p.maximum { target[i] = top }
    if let target = p.sum { target[i] = total / p.divisor }
  }
}

/// `V` vectors of four pixels, the last of them moved back to the end of the run, and `U` channels at a time: a sum would
/// wait for itself.
enum NarrowColumn<let V: Int, let U: Int, let Gated: Int> {
  @inline(never) static func run(_ p: PixelStatistics) {
    let gates = p.gates ?? p.input
    let none = InlineArray<V, Four>(repeating: Four(repeating: -.infinity))
    var sums = InlineArray<U, InlineArray<V, Four>>(repeating: InlineArray<V, Four>(repeating: .zero))
    var tops = InlineArray<U, InlineArray<V, Four>>(repeating: none)
    var c = 0
    while c &+ U <= p.channels {
      for u in 0..<U { add(p, gates, c &+ u, &sums[u], &tops[u]) }
      c &+= U
    }
    while c < p.channels {
      add(p, gates, c, &sums[0], &tops[0])
      c &+= 1
    }
    var all = Four.zero
    for v in 0..<V {
      for u in 1..<max(U, 1) {
        sums[0][v] += sums[u][v]
        tops[0][v] = larger4(tops[0][v], tops[u][v])
      }
      all += sums[0][v]
    }
    let total = sum4(all)
    // A maximum has lost a NaN, its sum has not.
    if total != total { return Pixels<Gated>.scalar(p, 0..<p.count) }
    for v in 0..<V {
      if let target = p.maximum { store4(target + at(v, p), tops[0][v]) }
      if let target = p.sum { store4(target + at(v, p), sums[0][v] / p.divisor) }
    }
  }

  @inline(always) private static func at(_ v: Int, _ p: PixelStatistics) -> Int {
    v == V &- 1 ? p.count &- 4 : 4 &* v
  }

  @inline(always) private static func add(
    _ p: PixelStatistics, _ gates: In, _ c: Int, _ sums: inout InlineArray<V, Four>,
    _ tops: inout InlineArray<V, Four>
  ) {
    let source = p.input + c &* p.channelStride
    for v in 0..<V {
      let x = Gated == 1 ? load4(source + at(v, p)) * gates[c] : load4(source + at(v, p))
      sums[v] += x
      tops[v] = larger4(tops[v], x)
    }
  }
}
