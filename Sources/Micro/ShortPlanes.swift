import MicroKernelAPI

@inline(always) func shortPlanes(_ p: PlaneStatistics) {
  switch (p.gates != nil, p.sum != nil, p.maximum != nil) {
  case (false, true, false): ShortPlanes<0, 1>.run(p)
  case (false, false, _): ShortPlanes<0, 2>.run(p)
  case (false, true, true): ShortPlanes<0, 3>.run(p)
  case (true, true, false): ShortPlanes<1, 1>.run(p)
  case (true, false, _): ShortPlanes<1, 2>.run(p)
  case (true, true, true): ShortPlanes<1, 3>.run(p)
  }
}

/// Sum and maximum of runs that a vector would leave mostly empty: four runs at a time, transposed by squares, so that each
/// lane has a run. `Gated`: 1 if values are multiplied by gates first, else 0. `Wants`: 1 sums, 2 maxima, 3 both.
enum ShortPlanes<let Gated: Int, let Wants: Int> {
  @inline(always) static func run(_ p: PlaneStatistics) {
    switch p.count {
    case 1: few(p, Values<1>.self)
    case 2: few(p, Values<2>.self)
    case 3: few(p, Values<3>.self)
    default: rows(p)
    }
  }

  /// Runs of one to three values, which lie side by side: each value of four runs becomes a vector.
  @inline(never) private static func few<let N: Int>(_ p: PlaneStatistics, _: Values<N>.Type) {
    let gates = p.gates ?? p.input
    var plane = 0
    while plane &+ Values<N>.reads <= p.planes {
      let values = Values<N>.four(p.input + plane &* N)
      var sums = Four.zero
      var tops = Four(repeating: -.infinity)
      for i in 0..<N {
        let x = Gated == 1 ? values[i] * Four(repeating: gates[i]) : values[i]
        sums += x
        if Wants & 2 != 0 { tops = larger4(tops, x) }
      }
      finish(p, plane, 4, sums, tops)
      plane &+= 4
    }
    scalar(p, plane..<p.planes)
  }

  /// Runs of four values and more: vectors of each are added up, the four sums transposed.
  @inline(never) private static func rows(_ p: PlaneStatistics) {
    // The last vector is moved back so that it ends with the run; what it repeats is not added.
    let repeated = Four(0, 1, 2, 3) .< Four(repeating: Float((4 &- p.count % 4) % 4))
    var plane = 0
    while plane < p.planes {
      let count = min(p.planes &- plane, 4)
      // Lanes beyond the last run repeat it.
      let (r1, r2) = (min(1, count &- 1) &* p.count, min(2, count &- 1) &* p.count)
      four(p, plane, count, r1, r2, min(3, count &- 1) &* p.count, repeated)
      plane &+= 4
    }
  }

  @inline(always) private static func four(
    _ p: PlaneStatistics, _ plane: Int, _ count: Int, _ r1: Int, _ r2: Int, _ r3: Int,
    _ repeated: SIMDMask<Four.MaskStorage>
  ) {
    let input = p.input + plane &* p.count
    let gates = p.gates ?? p.input
    let none = Four(repeating: -.infinity)
    var sums = Square(.zero, .zero, .zero, .zero)
    var tops = Square(none, none, none, none)
    var i = 0
    while i < p.count {
      let isWhole = i &+ 4 <= p.count
      let at = isWhole ? i : p.count &- 4
      let (x, gate) = (input + at, Gated == 1 ? load4(gates + at) : .zero)
      let new = Square(value(x, gate), value(x + r1, gate), value(x + r2, gate), value(x + r3, gate))
      if Wants & 2 != 0 { tops = new.larger(than: tops) }
      sums = sums.plus(isWhole ? new : new.cleared(where: repeated))
      i &+= 4
    }
    let (s, t) = (sums.transposed, tops.transposed)
    finish(
      p, plane, count, (s.r0 + s.r1) + (s.r2 + s.r3), larger4(larger4(t.r0, t.r1), larger4(t.r2, t.r3)))
  }

  @inline(always) private static func value(_ x: In, _ gate: Four) -> Four {
    Gated == 1 ? load4(x) * gate : load4(x)
  }

  /// A maximum has lost a NaN, its sum has not.
  @inline(always) private static func finish(
    _ p: PlaneStatistics, _ plane: Int, _ count: Int, _ sums: Four, _ tops: Four
  ) {
    if Wants & 2 != 0 {
      let total = sum4(sums)
      if total != total { return scalar(p, plane..<plane &+ count) }
    }
    let at = plane &* p.targetStride
    if let target = p.sum { write(sums / p.divisor, target + at, p.targetStride, count) }
    if let target = p.maximum { write(tops, target + at, p.targetStride, count) }
  }

  @inline(always) private static func write(_ v: Four, _ target: Out, _ stride: Int, _ rows: Int) {
    if stride == 1 && rows == 4 { return store4(target, v) }
    target[0] = v[0]
    if rows > 1 { target[stride] = v[1] }
    if rows > 2 { target[2 &* stride] = v[2] }
    if rows > 3 { target[3 &* stride] = v[3] }
  }

  /// One run after the other.
  @inline(never) private static func scalar(_ p: PlaneStatistics, _ planes: Range<Int>) {
    let gates = p.gates ?? p.input
    for plane in planes {
      let run = p.input + plane &* p.count
      var total: Float = 0
      var top = -Float.infinity
      for i in 0..<p.count {
        let x = Gated == 1 ? run[i] * gates[i] : run[i]
        total += x
        top = maximum(top, x)
      }
      if let target = p.sum { target[plane &* p.targetStride] = total / p.divisor }
      if let target = p.maximum { target[plane &* p.targetStride] = top }
    }
  }
}

/// `N` ≤ 3 values side by side, four times.
enum Values<let N: Int> {
  /// Groups of `N` that there must be after a pointer: vectors of four reach a little beyond four groups of three.
  @inline(always) static var reads: Int { N == 3 ? 5 : 4 }

  /// One vector for each of the `N`.
  @inline(always) static func four(_ p: In) -> InlineArray<N, Four> {
    var values = InlineArray<N, Four>(repeating: .zero)
    switch N {
    case 1: values[0] = load4(p)
    case 2:
      let (a, b) = (load4(p), load4(p + 4))
      values[0] = Four(lowHalf: a.evenHalf, highHalf: b.evenHalf)
      values[1] = Four(lowHalf: a.oddHalf, highHalf: b.oddHalf)
    default:
      let square = Square(p, 3).transposed
      values[0] = square.r0
      values[1] = square.r1
      values[2] = square.r2
    }
    return values
  }
}
