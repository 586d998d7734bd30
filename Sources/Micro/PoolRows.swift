import MicroKernelAPI

extension Code {
  @inline(never) static func poolRows(_ work: UnsafePointer<PoolRows>) {
    let isWide = work.pointee.columns.count >= L
    if isWide && arePairs(work) { return poolPairs(work) }
    switch (work.pointee.isMean, isWide ? work.pointee.stride : 0) {
    case (false, 1): Pool<0, 1>.run(work)
    case (false, 2): Pool<0, 2>.run(work)
    case (false, _): fewWindows(work, PoolLine<0>.self)
    case (true, 1): Pool<1, 1>.run(work)
    case (true, 2): Pool<1, 2>.run(work)
    case (true, _): fewWindows(work, PoolLine<1>.self)
    }
  }
}

/// Windows that are alike, a vector of them at a time. `Mean`: 1 if values are added and divided, 0 if the largest is wanted.
/// (A closure would stay a call.)
enum Pool<let Mean: Int, let Stride: Int> {
  /// The columns of a row are combined after the rows of the next one: by then the row has reached the cache, from where
  /// vectors that straddle those just stored can be read without a stall.
  @inline(never) static func run(_ work: UnsafePointer<PoolRows>) {
    let r = work.pointee
    var (line, before) = (r.scratch, r.scratch + r.scratchCount)
    clearEdges(r, line)
    clearEdges(r, before)
    var (input, output) = (r.input, r.output)
    for _ in 0..<r.planes {
      for y in 0..<r.rows.count {
        PoolLine<Mean>.combineRows(r, input, y, into: line + r.padding)
        if y > 0 { combineColumns(r, before, y &- 1, output) }
        (line, before) = (before, line)
      }
      combineColumns(r, before, r.rows.count &- 1, output)
      input += r.planeStride
      output += r.rows.count &* r.outputStride
    }
  }

  @inline(always) private static var start: Float { Mean == 1 ? 0 : -.infinity }

  @inline(always) private static func combine(_ a: Lane, _ b: Lane) -> Lane {
    Mean == 1 ? a + b : maximum(a, b)
  }

  /// What the scratch row holds outside the image; rows leave it alone.
  @inline(always) private static func clearEdges(_ r: PoolRows, _ line: Out) {
    for i in 0..<r.padding { line[i] = start }
    for i in r.padding &+ r.width..<max(r.scratchCount, r.padding &+ r.width) { line[i] = start }
  }

  @inline(always) private static func combineColumns(
    _ r: PoolRows, _ line: In, _ y: Int, _ plane: Out
  ) {
    let (count, output) = (r.columns.count, plane + y &* r.outputStride)
    let divisor = r.rows.divisors[y]
    var x = 0
    while x < count {
      // The last vector is moved back so that it ends with the row.
      let at = min(x, count &- L)
      store(output + at, vector(r, line, at, divisor))
      x &+= L
    }
  }

  /// The window's columns for one vector of outputs, divided if the mean is wanted.
  @inline(always) private static func vector(_ r: PoolRows, _ line: In, _ x: Int, _ divisor: Float) -> Lane {
    let source = line + x &* Stride
    var v = Lane(repeating: start)
    for k in 0..<r.window {
      // One place for the shuffles: where there are several, they become calls.
      let next = columns(source + k &* r.step)
      v = k == 0 ? next : combine(v, next)
    }
    if Mean == 0 { return v }
    return v / (load(r.columns.divisors + x) * divisor)
  }

  /// Every `Stride`-th value.
  @inline(always) private static func columns(_ p: In) -> Lane {
    Stride == 1 ? load(p) : evenLanes(load(p), load(p + L))
  }
}

/// Rows of windows. `Mean` as above.
enum PoolLine<let Mean: Int> {
  @inline(always) static var start: Float { Mean == 1 ? 0 : -.infinity }

  @inline(always) static func combine(_ a: Float, _ b: Float) -> Float {
    Mean == 1 ? a + b : maximum(a, b)
  }

  /// The rows of one window, combined into the padded scratch row.
  @inline(always) static func combineRows(_ r: PoolRows, _ plane: In, _ y: Int, into row: Out) {
    let first = plane + r.rows.firsts[y] &* r.rowStride
    combine(first, r.rows.counts[y], r.rows.step &* r.rowStride, r.width, into: row)
  }

  @inline(never) private static func combine(
    _ input: In, _ taps: Int, _ stride: Int, _ width: Int, into row: Out
  ) {
    if width >= L {
      var x = 0
      while x < width {
        // The last vector is moved back so that it ends with the row.
        let at = min(x, width &- L)
        var v = taps > 0 ? load(input + at) : Lane(repeating: start)
        for k in 1..<max(taps, 1) {
          let next = load(input + (k &* stride &+ at))
          v = Mean == 1 ? v + next : maximum(v, next)
        }
        store(row + at, v)
        x &+= L
      }
    } else if taps > 0 && width >= 4 {
      var x = 0
      while x < width {
        let at = min(x, width &- 4)
        var v = load4(input + at)
        for k in 1..<max(taps, 1) {
          let next = load4(input + (k &* stride &+ at))
          v = Mean == 1 ? v + next : maximum4(v, next)
        }
        store4(row + at, v)
        x &+= 4
      }
    } else {
      for x in 0..<width {
        var v = taps == 0 ? start : input[x]
        for k in 1..<max(taps, 1) { v = combine(v, input[k &* stride &+ x]) }
        row[x] = v
      }
    }
  }
}
