import MicroKernelAPI

extension Code {
  @inline(never) static func transpose(_ work: UnsafePointer<Transpose>) {
    let w = work.pointee
    if w.rows < 4 || w.columns < 4 { return transposeOnes(w) }
    #if ISA_AVX512
      if w.rows >= 16 { return transposeSixteens(w) }
    #endif
    #if ISA_AVX512 || ISA_AVX2
      if w.rows >= 8 { return transposeEights(w) }
    #endif
    transposeSquares(w)
  }
}

// Rows of the output are finished four by four: workers that share one would take its lines from each other. Where the sides of a
// block do not divide an extent, its last blocks are moved back.

@inline(never) private func transposeSquares(_ w: Transpose) {
  var c = 0
  while c < w.columns {
    let column = min(c, w.columns &- 4)
    let (source, target) = (w.input + column, w.output + column &* w.outputStride)
    var r = 0
    while r < w.rows {
      let row = min(r, w.rows &- 4)
      Square(source + row &* w.inputStride, w.inputStride).transposed.stored(
        target + row, w.outputStride)
      r &+= 4
    }
    c &+= 4
  }
}

#if ISA_AVX512
  /// Sixteen rows of four columns at a time.
  @inline(never) private func transposeSixteens(_ w: Transpose) {
    let zeros: SIMD16<UInt32> = zeros(min(w.columns, 4))
    var c = 0
    while c < w.columns {
      let column = min(c, w.columns &- 4)
      let (source, target) = (w.input + column, w.output + column &* w.outputStride)
      var r = 0
      while r < w.rows {
        let row = min(r, w.rows &- 16)
        let (p, s) = (source + row &* w.inputStride, w.inputStride)
        let a = fours(p, s, zeros)
        let b = fours(p + s, s, zeros)
        let c = fours(p + 2 &* s, s, zeros)
        let d = fours(p + 3 &* s, s, zeros)
        let out = target + row
        storeTurned(a, b, c, d, out, w.outputStride)
        r &+= 16
      }
      c &+= 4
    }
  }

  /// Four values of rows 0, 4, 8 and 12.
  @inline(always) private func fours(_ p: In, _ stride: Int, _ zeros: SIMD16<UInt32>) -> SIMD16<Float> {
    let v = SIMD16(lowHalf: twoFours(p, stride), highHalf: twoFours(p + 8 &* stride, stride))
    return unsafeBitCast(unsafeBitCast(v, to: SIMD16<UInt32>.self) ^ zeros, to: SIMD16<Float>.self)
  }

  /// Values 0, 1, 2 and 3 of each four of `a` to `d`, side by side.
  @inline(always) private func storeTurned(
    _ a: SIMD16<Float>, _ b: SIMD16<Float>, _ c: SIMD16<Float>, _ d: SIMD16<Float>, _ out: Out, _ stride: Int
  ) {
    var (t0, t1, u0, u1) = (a, a, c, c)
    t0.oddHalf = b.evenHalf
    t1.evenHalf = a.oddHalf
    t1.oddHalf = b.oddHalf
    u0.oddHalf = d.evenHalf
    u1.evenHalf = c.oddHalf
    u1.oddHalf = d.oddHalf
    storePairs(t0, u0, out, 2 &* stride)
    storePairs(t1, u1, out + stride, 2 &* stride)
  }

  /// Even pairs of both, then odd pairs.
  @inline(always) private func storePairs(_ t: SIMD16<Float>, _ u: SIMD16<Float>, _ out: Out, _ stride: Int) {
    let (t, u) = (unsafeBitCast(t, to: SIMD8<UInt64>.self), unsafeBitCast(u, to: SIMD8<UInt64>.self))
    var (low, high) = (t, u)
    low.oddHalf = u.evenHalf
    high.evenHalf = t.oddHalf
    UnsafeMutableRawPointer(out).storeBytes(of: low, as: SIMD8<UInt64>.self)
    UnsafeMutableRawPointer(out + stride).storeBytes(of: high, as: SIMD8<UInt64>.self)
  }
#endif

#if ISA_AVX512 || ISA_AVX2
  /// Zeros, unknown to LLVM as long as it does not know that `four` is 4. Without them it would merge the moves that fill wide
  /// vectors with the shuffles that follow, into more and slower ones.
  @inline(always) private func zeros<V: SIMD>(_ four: Int) -> V where V.Scalar == UInt32 {
    var places = V()
    for i in 0..<V.scalarCount { places[i] = UInt32(truncatingIfNeeded: i &+ 1) }
    return places &* V(repeating: UInt32(truncatingIfNeeded: four &- 4))
  }

  /// Eight rows of four columns at a time.
  @inline(never) private func transposeEights(_ w: Transpose) {
    let zeros: SIMD8<UInt32> = zeros(min(w.columns, 4))
    var c = 0
    while c < w.columns {
      let column = min(c, w.columns &- 4)
      let (source, target) = (w.input + column, w.output + column &* w.outputStride)
      var r = 0
      while r < w.rows {
        let row = min(r, w.rows &- 8)
        let (p, s) = (source + row &* w.inputStride, w.inputStride)
        let a = fours(p, s, zeros)
        let b = fours(p + s, s, zeros)
        let c = fours(p + 2 &* s, s, zeros)
        let d = fours(p + 3 &* s, s, zeros)
        let out = target + row
        storeTurned(a, b, c, d, out, w.outputStride)
        r &+= 8
      }
      c &+= 4
    }
  }

  /// Four values of rows 0 and 4.
  @inline(always) private func fours(_ p: In, _ stride: Int, _ zeros: SIMD8<UInt32>) -> SIMD8<Float> {
    let v = unsafeBitCast(twoFours(p, stride), to: SIMD8<UInt32>.self)
    return unsafeBitCast(v ^ zeros, to: SIMD8<Float>.self)
  }

  @inline(always) private func twoFours(_ p: In, _ stride: Int) -> SIMD8<Float> {
    SIMD8(lowHalf: load4(p), highHalf: load4(p + 4 &* stride))
  }

  @inline(always) private func storeTurned(
    _ a: SIMD8<Float>, _ b: SIMD8<Float>, _ c: SIMD8<Float>, _ d: SIMD8<Float>, _ out: Out, _ stride: Int
  ) {
    var (t0, t1, u0, u1) = (a, a, c, c)
    t0.oddHalf = b.evenHalf
    t1.evenHalf = a.oddHalf
    t1.oddHalf = b.oddHalf
    u0.oddHalf = d.evenHalf
    u1.evenHalf = c.oddHalf
    u1.oddHalf = d.oddHalf
    storePairs(t0, u0, out, 2 &* stride)
    storePairs(t1, u1, out + stride, 2 &* stride)
  }

  @inline(always) private func storePairs(_ t: SIMD8<Float>, _ u: SIMD8<Float>, _ out: Out, _ stride: Int) {
    let (t, u) = (unsafeBitCast(t, to: SIMD4<UInt64>.self), unsafeBitCast(u, to: SIMD4<UInt64>.self))
    var (low, high) = (t, u)
    low.oddHalf = u.evenHalf
    high.evenHalf = t.oddHalf
    UnsafeMutableRawPointer(out).storeBytes(of: low, as: SIMD4<UInt64>.self)
    UnsafeMutableRawPointer(out + stride).storeBytes(of: high, as: SIMD4<UInt64>.self)
  }
#endif

/// Too few rows or columns for squares.
@inline(always) private func transposeOnes(_ w: Transpose) {
  for c in 0..<w.columns {
    let (source, target) = (w.input + c, w.output + c &* w.outputStride)
    for r in 0..<w.rows { target[r] = source[r &* w.inputStride] }
  }
}
