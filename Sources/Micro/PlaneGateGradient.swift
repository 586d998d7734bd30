import MicroKernelAPI

extension Code {
  @inline(never) static func planeGateGradient(_ work: UnsafePointer<PlaneGateGradient>) {
    let w = work.pointee
    if w.count < L { return scalarPlanes(w) }
    switch (w.gates != nil, w.shares != nil, w.spots != nil) {
    case (false, _, false): PlaneSlopes<0, 0>.run(w)
    case (false, _, true): PlaneSlopes<0, 1>.run(w)
    case (true, false, false): PlaneSlopes<1, 0>.run(w)
    case (true, false, true): PlaneSlopes<1, 1>.run(w)
    case (true, true, false): PlaneSlopes<2, 0>.run(w)
    case (true, true, true): PlaneSlopes<2, 1>.run(w)
    }
  }
}

/// Planes of fewer values than a vector has lanes.
@inline(never) private func scalarPlanes(_ w: PlaneGateGradient) {
  for plane in 0..<w.planes {
    let (x, dy) = (w.values + plane &* w.count, w.gradient + plane &* w.count)
    let number = Int32(truncatingIfNeeded: w.firstPlane &+ plane)
    var sum: Float = 0
    for p in 0..<w.count {
      var slope = dy[p]
      if let gates = w.gates { slope *= gates[p] }
      if let shares = w.shares, let tops = w.tops, let places = w.places {
        slope += places[p] == number ? tops[p] : shares[p]
      }
      sum += slope * x[p]
    }
    w.sums[plane] = sum
    if let spots = w.spots { spots[plane] = Int32(truncatingIfNeeded: scalarPlace(x, w.count)) }
  }
}

/// `Gates`: 0 none, 1 factors, 2 factors and addends. `Search`: 1 for the largest value's place.
enum PlaneSlopes<let Gates: Int, let Search: Int> {
  @inline(never) static func run(_ w: PlaneGateGradient) {
    let maps = Maps(
      gates: w.gates ?? w.gradient, shares: w.shares ?? w.gradient, tops: w.tops ?? w.gradient,
      places: w.places ?? UnsafeRawPointer(w.gradient).assumingMemoryBound(to: Int32.self))
    var (x, dy) = (w.values, w.gradient)
    for plane in 0..<w.planes {
      let number = Bits(repeating: UInt32(truncatingIfNeeded: w.firstPlane &+ plane))
      let result = sums(x, dy, maps, number, w.count)
      w.sums[plane] = result.sum
      if Search == 1, let spots = w.spots { spots[plane] = Int32(truncatingIfNeeded: result.place) }
      x += w.count
      dy += w.count
    }
  }

  private struct Maps {
    let gates: In
    let shares: In
    let tops: In
    let places: UnsafePointer<Int32>
  }

  /// Two vectors at a time; the last is moved back to the end of the plane, and what it repeats not added.
  @inline(always) private static func sums(_ x: In, _ dy: In, _ maps: Maps, _ number: Bits, _ count: Int) -> (
    sum: Float, place: Int
  ) {
    var (first, second) = (Tops(x), Tops(x))
    var (even, odd) = (Lane.zero, Lane.zero)
    var places = first.places
    let step = Bits(repeating: UInt32(truncatingIfNeeded: L))
    var i = 0
    while i &+ 2 &* L <= count {
      let (a, b) = (load(x + i), load(x + (i &+ L)))
      accumulate(&even, slope(dy, maps, number, i), a)
      accumulate(&odd, slope(dy, maps, number, i &+ L), b)
      if Search == 1 {
        first.add(a, places)
        second.add(b, places &+ step)
        places &+= step &+ step
      }
      i &+= 2 &* L
    }
    if i &+ L <= count {
      let a = load(x + i)
      accumulate(&even, slope(dy, maps, number, i), a)
      if Search == 1 {
        first.add(a, places)
        places &+= step
      }
      i &+= L
    }
    if i < count {
      let (at, back) = (count &- L, L &- (count &- i))
      let a = load(x + at)
      let product = slope(dy, maps, number, at) * a
      odd += product.replacing(with: 0, where: firstLanes(back))
      if Search == 1 { second.add(a, places &- Bits(repeating: UInt32(truncatingIfNeeded: back))) }
    }
    let total = sum(even + odd)
    if Search == 0 { return (total, 0) }
    if total != total { return (total, scalarPlace(x, count)) }
    first.merge(second)
    return (total, first.first)
  }

  @inline(always) private static func slope(_ dy: In, _ maps: Maps, _ number: Bits, _ at: Int) -> Lane {
    switch Gates {
    case 0: return load(dy + at)
    case 1: return load(dy + at) * load(maps.gates + at)
    default:
      let isTop = loadBits(maps.places + at) .== number
      var slope = load(maps.shares + at).replacing(with: load(maps.tops + at), where: isTop)
      accumulate(&slope, load(dy + at), load(maps.gates + at))
      return slope
    }
  }
}
