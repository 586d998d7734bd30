import MicroKernelAPI

extension Code {
  @inline(never) static func pixelGateGradient(_ work: UnsafePointer<PixelGateGradient>) {
    let w = work.pointee
    if w.count < L { return scalarPixels(w) }
    switch (w.gradient != nil, w.gates != nil, w.places != nil) {
    case (true, true, true): PixelSlopes<1, 1>.run(w)
    case (true, true, false): PixelSlopes<1, 0>.run(w)
    case (true, false, true): PixelSlopes<0, 1>.run(w)
    case (true, false, false): PixelSlopes<0, 0>.run(w)
    case (false, _, _): if w.names != nil { PixelSlopes<2, 2>.run(w) } else { PixelSlopes<2, 1>.run(w) }
    }
  }
}

/// Pixels that are fewer than a vector has lanes.
@inline(never) private func scalarPixels(_ w: PixelGateGradient) {
  if let sums = w.sums {
    for p in 0..<w.count { sums[p] = 0 }
    for c in 0..<w.channels {
      let values = w.values + c &* w.channelStride
      let channel = Channel(w, c)
      for p in 0..<w.count { sums[p] += channel.slope(w, c, p) * values[p] }
    }
  }
  if w.places != nil { scalarPlaces(w, 0..<w.count) }
}

/// The first channel with the largest value, or the first with a NaN.
@inline(never) private func scalarPlaces(_ w: PixelGateGradient, _ pixels: Range<Int>) {
  guard let places = w.places else { return }
  for p in pixels {
    var best = p
    for c in 1..<max(w.channels, 1) where w.values[best] == w.values[best] {
      let at = c &* w.channelStride &+ p
      if w.values[at] > w.values[best] || w.values[at] != w.values[at] { best = at }
    }
    let number = Int32(truncatingIfNeeded: w.firstChannel &+ best / max(w.channelStride, 1))
    places[p] = w.names.map { $0[best] } ?? number
    if let largest = w.largest { largest[p] = w.values[best] }
  }
}

/// What all pixels of a channel share.
private struct Channel {
  var scale: Float = 1
  var share: Float = 0
  /// The pixel with an addend of its own; it may lie elsewhere.
  var spot = -1

  @inline(always) init(_ w: PixelGateGradient, _ c: Int) {
    guard let gates = w.gates else { return }
    scale = gates[c]
    if let shares = w.shares { share = shares[c] / w.divisor }
    if let spots = w.spots { spot = Int(spots[c]) &- w.firstPixel }
  }

  @inline(always) func slope(_ w: PixelGateGradient, _ c: Int, _ p: Int) -> Float {
    guard let gradient = w.gradient else { return 1 }
    let slope = gradient[c &* w.channelStride &+ p] * scale + share
    guard p == spot, let tops = w.tops else { return slope }
    return slope + tops[c]
  }
}

/// `Slope`: 0 the gradient, 1 the gradient times gates and more, 2 none. `Search`: 1 for numbers of channels, 2 for their names.
enum PixelSlopes<let Slope: Int, let Search: Int> {
  @inline(always) static func run(_ w: PixelGateGradient) {
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
      case 1: SlopeColumn<1, Slope, Search>.run(w, x, last)
      case 2: SlopeColumn<2, Slope, Search>.run(w, x, last)
      #if ISA_AVX512
        case 3: SlopeColumn<3, Slope, Search>.run(w, x, last)
        case 4: SlopeColumn<4, Slope, Search>.run(w, x, last)
      #endif
      default: fatalError("\(vectors) vectors; at most \(most)")
      }
      x &+= vectors &* L
    }
  }
}

enum SlopeColumn<let V: Int, let Slope: Int, let Search: Int> {
  /// `V` vectors of pixels from `x` on, the last of them at `last`, while the channels go by.
  @inline(never) static func run(_ w: PixelGateGradient, _ x: Int, _ last: Int) {
    var column = Column(w, x, last)
    for c in 0..<w.channels {
      if Slope == 1 {
        let channel = Channel(w, c)
        let spot = channel.spot &- x
        // A single vector that is moved back begins before x.
        if spot >= min(0, column.end) && spot < column.end &+ L {
          column.add(w, c, channel, spot, hasSpot: true)
        } else {
          column.add(w, c, channel, spot, hasSpot: false)
        }
      } else {
        column.add(w, c, Channel(w, c), 0, hasSpot: false)
      }
    }
    column.finish(w, x, last)
  }

  private struct Column {
    var sums: InlineArray<V, Lane>
    var tops: InlineArray<V, Lane>
    var places: InlineArray<V, Lane>
    var values: In
    var gradient: In
    var names: UnsafePointer<Int32>
    /// The last vector's place.
    let end: Int

    @inline(always) init(_ w: PixelGateGradient, _ x: Int, _ last: Int) {
      values = w.values + x
      gradient = (w.gradient ?? w.values) + x
      names = (w.names ?? UnsafeRawPointer(w.values).assumingMemoryBound(to: Int32.self)) + x
      end = last &- x
      sums = registers(at: w.values + x)
      tops = registers(at: w.values + x)
      places = registers(at: w.values + x)
      for v in 0..<V {
        let at = v == V &- 1 ? end : v &* L
        tops[v] = load(values + at)
        let first = Bits(repeating: UInt32(truncatingIfNeeded: w.firstChannel))
        places[v] = unsafeBitCast(Search == 2 ? loadBits(names + at) : first, to: Lane.self)
      }
    }

    @inline(always) mutating func add(
      _ w: PixelGateGradient, _ c: Int, _ channel: Channel, _ spot: Int, hasSpot: Bool
    ) {
      let number = Bits(repeating: UInt32(truncatingIfNeeded: w.firstChannel &+ c))
      for v in 0..<V {
        let at = v == V &- 1 ? end : v &* L
        let value = load(values + at)
        switch Slope {
        case 0: accumulate(&sums[v], load(gradient + at), value)
        case 1:
          var slope = Lane(repeating: channel.share)
          accumulate(&slope, load(gradient + at), Lane(repeating: channel.scale))
          if hasSpot, let tops = w.tops {
            let isSpot = laneNumbers .== Bits(repeating: UInt32(truncatingIfNeeded: spot &- at))
            slope.replace(with: slope + Lane(repeating: tops[c]), where: isSpot)
          }
          accumulate(&sums[v], slope, value)
        default: sums[v] += value
        }
        if Search > 0 {
          let takes = value .> tops[v]
          tops[v].replace(with: value, where: takes)
          var place = unsafeBitCast(places[v], to: Bits.self)
          place.replace(with: Search == 2 ? loadBits(names + at) : number, where: takes)
          places[v] = unsafeBitCast(place, to: Lane.self)
        }
      }
      values += w.channelStride
      if Slope < 2 { gradient += w.channelStride }
      if Search == 2 { names += w.channelStride }
    }

    /// A NaN among the values shows in the sum; then they are searched again.
    @inline(always) func finish(_ w: PixelGateGradient, _ x: Int, _ last: Int) {
      var all = sums[0]
      for v in 1..<max(V, 1) { all += sums[v] }
      for v in 0..<V {
        let at = v == V &- 1 ? last : x &+ v &* L
        if let target = w.sums { store(target + at, sums[v]) }
        if Search > 0, let target = w.places { store(target + at, unsafeBitCast(places[v], to: Bits.self)) }
        if Search > 0, let target = w.largest { store(target + at, tops[v]) }
      }
      let total = sum(all)
      if Search > 0 && total != total { scalarPlaces(w, min(x, last)..<last &+ L) }
    }
  }
}
