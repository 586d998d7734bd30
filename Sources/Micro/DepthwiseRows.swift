import MicroKernelAPI

// With AVX-512 the registers hold two vectors of each row.

extension Code {
  @inline(never) static func depthwiseRows(_ work: UnsafePointer<DepthwiseRows>) {
    switch (work.pointee.side, work.pointee.stride) {
    case (3, 1): SquareRows<3, 1, 4>.run(work)
    case (3, 2): SquareRows<3, 2, 4>.run(work)
    case (5, 1): SquareRows<5, 1, 4>.run(work)
    case (5, 2): SquareRows<5, 2, 2>.run(work)
    case (7, 1): SquareRows<7, 1, 2>.run(work)
    default: anyWindow(work)
    }
  }
}

/// Windows of `Side` × `Side` taps, `Rows` output rows at once: each row of the image is read once for all of them.
private enum SquareRows<let Side: Int, let Stride: Int, let Rows: Int> {
  @inline(never) static func run(_ work: UnsafePointer<DepthwiseRows>) {
    let w = work.pointee
    if w.rows < Rows {
      for y in 0..<w.rows { Block<Side, Stride, 1>.run(w, y) }
      return
    }
    // The last rows are moved back where `Rows` does not divide them.
    var y = 0
    while y < w.rows {
      Block<Side, Stride, Rows>.run(w, min(y, w.rows &- Rows))
      y &+= Rows
    }
  }
}

private enum Block<let Side: Int, let Stride: Int, let Rows: Int> {
  @inline(never) static func run(_ w: DepthwiseRows, _ y: Int) {
    let source = w.input + y &* Stride &* w.pitch
    var x = 0
    #if ISA_AVX512
      while x &+ 2 &* L <= w.width {
        Sums<Side, Stride, Rows, 2>.compute(w, source + x, y, x, L)
        x &+= 2 &* L
      }
    #endif
    while x < w.width {
      Sums<Side, Stride, Rows, 1>.compute(w, source + x, y, x, min(L, w.width &- x))
      x &+= L
    }
  }
}

/// `Rows` × `Vectors` vectors of sums; of the last vector of a row `count` pixels are of it.
private enum Sums<let Side: Int, let Stride: Int, let Rows: Int, let Vectors: Int> {
  @inline(always) static func compute(
    _ w: DepthwiseRows, _ source: In, _ y: Int, _ x: Int, _ count: Int
  ) {
    var sums = InlineArray<Rows, InlineArray<Vectors, Lane>>(
      repeating: InlineArray<Vectors, Lane>(repeating: Lane(repeating: w.bias)))
    for row in 0..<((Rows &- 1) &* Stride &+ Side) {
      let line = source + row &* w.pitch
      for tap in 0..<Side {
        let place = line + (tap % Stride &* w.phase &+ tap / Stride)
        for v in 0..<Vectors {
          let pixels = load(place + v &* L)
          for r in 0..<Rows {
            let i = row &- r &* Stride
            if i >= 0 && i < Side {
              accumulate(&sums[r][v], pixels, Lane(repeating: w.weights[i &* Side &+ tap]))
            }
          }
        }
      }
    }
    finish(w, sums, y &* w.outputPitch &+ x, count)
  }

  /// The rest of the epilogue. No branch stands between two sums: LLVM would move each behind its own, where it waits for itself.
  @inline(always) private static func finish(
    _ w: DepthwiseRows, _ array: InlineArray<Rows, InlineArray<Vectors, Lane>>, _ at: Int, _ count: Int
  ) {
    var sums = array
    if let residual = w.epilogue.residual {
      for r in 0..<Rows {
        for v in 0..<Vectors {
          let place = residual + (at &+ r &* w.outputPitch &+ v &* L)
          sums[r][v] += count == L ? load(place) : part(place, count, w.scratch)
        }
      }
    }
    let floor = Lane(repeating: w.epilogue.relu ? 0 : -.infinity)
    for r in 0..<Rows {
      for v in 0..<Vectors { sums[r][v].replace(with: floor, where: sums[r][v] .< floor) }
    }
    let target = w.output + at
    if count == L {
      for r in 0..<Rows {
        for v in 0..<Vectors { store(target + (r &* w.outputPitch &+ v &* L), sums[r][v]) }
      }
    } else {
      for r in 0..<Rows { store(w.scratch + r &* L, sums[r][0]) }
      for r in 0..<Rows { copy(w.scratch + r &* L, target + r &* w.outputPitch, count) }
    }
  }
}

/// The first `count` values of a row's last vector, which has no whole one behind it.
@inline(always) private func part(_ source: In, _ count: Int, _ scratch: Out) -> Lane {
  copy(source, scratch, count)
  return load(scratch)
}

/// Windows of any taps, one row at a time.
@inline(never) private func anyWindow(_ work: UnsafePointer<DepthwiseRows>) {
  let w = work.pointee
  for y in 0..<w.rows {
    let source = w.input + y &* w.pitch &* w.stride
    var x = 0
    while x < w.width {
      let count = min(4 &* L, w.width &- x)
      var sums: InlineArray<4, Lane> = registers(at: w.input)
      for v in 0..<4 { sums[v] = Lane(repeating: w.bias) }
      for t in 0..<w.tapCount {
        let (weight, place) = (Lane(repeating: w.weights[t]), source + (w.taps[t] &+ x))
        for v in 0..<4 { accumulate(&sums[v], load(place + v &* L), weight) }
      }
      for v in 0..<4 {
        let rest = count &- v &* L
        if rest > 0 { finish(w, sums[v], y &* w.outputPitch &+ x &+ v &* L, min(L, rest)) }
      }
      x &+= 4 &* L
    }
  }
}

/// The rest of the epilogue on a vector of which `count` pixels are of the row.
@inline(always) private func finish(_ w: DepthwiseRows, _ sums: Lane, _ at: Int, _ count: Int) {
  var v = sums
  if let residual = w.epilogue.residual {
    v += count == L ? load(residual + at) : part(residual + at, count, w.scratch)
  }
  if w.epilogue.relu { v = rectified(v) }
  if count == L { return store(w.output + at, v) }
  store(w.scratch, v)
  copy(w.scratch, w.output + at, count)
}
