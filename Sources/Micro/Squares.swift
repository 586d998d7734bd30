// Transposing by squares of 4 × 4, on every instruction set: wider squares gain nothing where rows are short.

typealias Four = SIMD4<Float>

@inline(always) func load4(_ p: In) -> Four { UnsafeRawPointer(p).loadUnaligned(as: Four.self) }

@inline(always) func store4(_ p: Out, _ v: Four) {
  UnsafeMutableRawPointer(p).storeBytes(of: v, as: Four.self)
}

/// The larger of both, `a` if either is NaN.
@inline(always) func larger4(_ a: Four, _ b: Four) -> Four { a.replacing(with: b, where: b .> a) }

/// The larger of both, NaN if either is.
@inline(always) func maximum4(_ a: Four, _ b: Four) -> Four {
  larger4(a, b).replacing(with: b, where: b .!= b)
}

@inline(always) func sum4(_ v: Four) -> Float { (v[0] + v[2]) + (v[1] + v[3]) }

/// Four rows of four.
struct Square {
  var r0: Four
  var r1: Four
  var r2: Four
  var r3: Four

  @inline(always) init(_ r0: Four, _ r1: Four, _ r2: Four, _ r3: Four) {
    (self.r0, self.r1, self.r2, self.r3) = (r0, r1, r2, r3)
  }

  /// Rows `stride` floats apart.
  @inline(always) init(_ p: In, _ stride: Int) {
    self.init(load4(p), load4(p + stride), load4(p + 2 &* stride), load4(p + 3 &* stride))
  }

  @inline(always) var transposed: Square {
    let (low01, high01) = (interleavedLow(r0, r1), interleavedHigh(r0, r1))
    let (low23, high23) = (interleavedLow(r2, r3), interleavedHigh(r2, r3))
    return Square(
      Four(lowHalf: low01.lowHalf, highHalf: low23.lowHalf),
      Four(lowHalf: low01.highHalf, highHalf: low23.highHalf),
      Four(lowHalf: high01.lowHalf, highHalf: high23.lowHalf),
      Four(lowHalf: high01.highHalf, highHalf: high23.highHalf))
  }

  @inline(always) func plus(_ other: Square) -> Square {
    Square(r0 + other.r0, r1 + other.r1, r2 + other.r2, r3 + other.r3)
  }

  /// Of this square's values and the other's, the larger; the other's if this one's is NaN.
  @inline(always) func larger(than other: Square) -> Square {
    Square(
      larger4(other.r0, r0), larger4(other.r1, r1), larger4(other.r2, r2), larger4(other.r3, r3))
  }

  /// The larger of both, NaN if either is.
  @inline(always) func maximum(_ other: Square) -> Square {
    Square(
      maximum4(r0, other.r0), maximum4(r1, other.r1), maximum4(r2, other.r2), maximum4(r3, other.r3))
  }

  /// Zero in some lanes of each row.
  @inline(always) func cleared(where mask: SIMDMask<Four.MaskStorage>) -> Square {
    Square(
      r0.replacing(with: 0, where: mask), r1.replacing(with: 0, where: mask),
      r2.replacing(with: 0, where: mask), r3.replacing(with: 0, where: mask))
  }

  @inline(always) func stored(_ p: Out, _ stride: Int) {
    store4(p, r0)
    store4(p + stride, r1)
    store4(p + 2 &* stride, r2)
    store4(p + 3 &* stride, r3)
  }
}

@inline(always) private func interleavedLow(_ a: Four, _ b: Four) -> Four {
  var v = Four.zero
  v.evenHalf = a.lowHalf
  v.oddHalf = b.lowHalf
  return v
}

@inline(always) private func interleavedHigh(_ a: Four, _ b: Four) -> Four {
  var v = Four.zero
  v.evenHalf = a.highHalf
  v.oddHalf = b.highHalf
  return v
}

/// `count` values of each of `rows` ≤ L rows, `stride` floats apart, as `count` vectors; lanes beyond the last row repeat
/// some row.
@inline(always) func gatherLanes(_ source: In, rows: Int, stride: Int, count: Int, into panel: Out) {
  if rows == 1 {
    for i in 0..<count { store(panel + i &* L, Lane(repeating: source[i])) }
  } else if count < 4 {
    for lane in 0..<L {
      let row = source + min(lane, rows &- 1) &* stride
      for i in 0..<count { panel[i &* L &+ lane] = row[i] }
    }
  } else {
    gatherSquares(source, rows: rows, stride: stride, count: count, into: panel)
  }
}

@inline(always) private func gatherSquares(
  _ source: In, rows: Int, stride: Int, count: Int, into panel: Out
) {
  var lane = 0
  while lane < rows {
    let (p0, p1) = (source + lane &* stride, source + min(lane &+ 1, rows &- 1) &* stride)
    let p2 = source + min(lane &+ 2, rows &- 1) &* stride
    let p3 = source + min(lane &+ 3, rows &- 1) &* stride
    let end = lane &+ 4 < rows ? lane &+ 4 : L
    var i = 0
    while i < count {
      // The last square is moved back so that it ends with the rows.
      let at = min(i, count &- 4)
      let square = Square(load4(p0 + at), load4(p1 + at), load4(p2 + at), load4(p3 + at)).transposed
      var group = lane
      repeat {
        square.stored(panel + (at &* L &+ group), L)
        group &+= 4
      } while group < end
      i &+= 4
    }
    lane &+= 4
  }
}

/// The first `rows` lanes of `count` vectors as rows, `stride` floats apart.
@inline(always) func scatterLanes(_ panel: In, rows: Int, stride: Int, count: Int, into target: Out) {
  if count < 4 { return scatterFew(panel, rows: rows, stride: stride, count: count, into: target) }
  var lane = 0
  while lane < rows {
    let (row, rest) = (target + lane &* stride, rows &- lane)
    var i = 0
    while i < count {
      let at = min(i, count &- 4)
      let square = Square(panel + (at &* L &+ lane), L).transposed
      if rest >= 4 {
        square.stored(row + at, stride)
      } else {
        store4(row + at, square.r0)
        if rest > 1 { store4(row + (stride &+ at), square.r1) }
        if rest > 2 { store4(row + (2 &* stride &+ at), square.r2) }
      }
      i &+= 4
    }
    lane &+= 4
  }
}

@inline(always) private func scatterFew(_ panel: In, rows: Int, stride: Int, count: Int, into target: Out) {
  if count == 1 && stride == 1 && rows == L { return store(target, load(panel)) }
  for lane in 0..<rows {
    let row = target + lane &* stride
    for i in 0..<count { row[i] = panel[i &* L &+ lane] }
  }
}
