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
    if p.count < 4 { fewValues(p) } else { squares(p) }
  }

  /// One run after the other.
  @inline(never) private static func fewValues(_ p: PlaneStatistics) {
    let gates = p.gates ?? p.input
    for plane in 0..<p.planes {
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

  @inline(never) private static func squares(_ p: PlaneStatistics) {
    var plane = 0
    while plane < p.planes {
      let rows = min(p.planes &- plane, 4)
      let result = four(p, p.input + plane &* p.count, rows)
      let at = plane &* p.targetStride
      if let target = p.sum { write(result.sums / p.divisor, target + at, p.targetStride, rows) }
      if let target = p.maximum { write(result.tops, target + at, p.targetStride, rows) }
      plane &+= 4
    }
  }

  /// Four runs; lanes beyond the last run repeat it.
  @inline(always) private static func four(_ p: PlaneStatistics, _ input: In, _ rows: Int) -> (
    sums: Four, tops: Four
  ) {
    let (r1, r2) = (min(1, rows &- 1) &* p.count, min(2, rows &- 1) &* p.count)
    let r3 = min(3, rows &- 1) &* p.count
    let gates = p.gates ?? p.input
    var (sums, tops) = (Four.zero, Four(repeating: -.infinity))
    var i = 0
    while i < p.count {
      // The last square is moved back so that it ends with the runs; what it repeats is not added.
      let at = min(i, p.count &- 4)
      let (x, gate) = (input + at, Gated == 1 ? load4(gates + at) : .zero)
      let columns = Square(
        value(x, gate), value(x + r1, gate), value(x + r2, gate), value(x + r3, gate)
      ).transposed
      if Wants & 1 != 0 { add(columns, repeated: i &- at, to: &sums) }
      if Wants & 2 != 0 {
        let (low, high) = (larger4(columns.r0, columns.r1), larger4(columns.r2, columns.r3))
        tops = larger4(tops, larger4(low, high))
      }
      i &+= 4
    }
    return (sums, tops)
  }

  @inline(always) private static func add(_ columns: Square, repeated: Int, to sums: inout Four) {
    if repeated == 0 { return sums += (columns.r0 + columns.r1) + (columns.r2 + columns.r3) }
    if repeated < 2 { sums += columns.r1 }
    if repeated < 3 { sums += columns.r2 }
    sums += columns.r3
  }

  @inline(always) private static func value(_ x: In, _ gate: Four) -> Four {
    Gated == 1 ? load4(x) * gate : load4(x)
  }

  @inline(always) private static func write(_ v: Four, _ target: Out, _ stride: Int, _ rows: Int) {
    if stride == 1 && rows == 4 { return store4(target, v) }
    target[0] = v[0]
    if rows > 1 { target[stride] = v[1] }
    if rows > 2 { target[2 &* stride] = v[2] }
    if rows > 3 { target[3 &* stride] = v[3] }
  }
}

/// The larger of both, NaN if either is.
@inline(always) private func larger4(_ a: Four, _ b: Four) -> Four {
  a.replacing(with: b, where: b .> a).replacing(with: b, where: b .!= b)
}
