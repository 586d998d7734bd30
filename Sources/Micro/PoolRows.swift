import MicroKernelAPI

@inline(never)
public func poolRows(_ work: UnsafePointer<PoolRows>) {
  switch (work.pointee.isMean, work.pointee.stride) {
  case (false, 1): Pool<0, 1>.run(work)
  case (false, 2): Pool<0, 2>.run(work)
  case (false, _): Pool<0, 0>.run(work)
  case (true, 1): Pool<1, 1>.run(work)
  case (true, 2): Pool<1, 2>.run(work)
  case (true, _): Pool<1, 0>.run(work)
  }
}

/// `Mean`: 1 if values are added and divided, 0 if the largest is wanted. `Stride`: 0 if windows differ. (A closure would
/// stay a call.)
enum Pool<let Mean: Int, let Stride: Int> {
  /// The columns of a row are combined after the rows of the next one: by then the row has reached the cache, from where
  /// vectors that straddle those just stored can be read without a stall.
  @inline(never) static func run(_ work: UnsafePointer<PoolRows>) {
    let r = work.pointee
    var (line, before) = (r.scratch, r.scratch + r.scratchCount)
    clearEdges(r, line)
    clearEdges(r, before)
    for y in 0..<r.rows.count {
      combineRows(r, y, into: line + r.padding)
      if y > 0 { combineColumns(r, before, y &- 1) }
      (line, before) = (before, line)
    }
    combineColumns(r, before, r.rows.count &- 1)
  }

  @inline(always) private static var start: Float { Mean == 1 ? 0 : -.infinity }

  @inline(always) private static func combine(_ a: Lane, _ b: Lane) -> Lane {
    Mean == 1 ? a + b : maximum(a, b)
  }

  @inline(always) private static func combine(_ a: Float, _ b: Float) -> Float {
    Mean == 1 ? a + b : maximum(a, b)
  }

  /// What the scratch row holds outside the image; rows leave it alone.
  @inline(always) private static func clearEdges(_ r: PoolRows, _ line: Out) {
    for i in 0..<r.padding { line[i] = start }
    for i in r.padding &+ r.width..<max(r.scratchCount, r.padding &+ r.width) { line[i] = start }
  }

  /// The rows of one window, combined into the padded scratch row.
  @inline(always) private static func combineRows(_ r: PoolRows, _ y: Int, into row: Out) {
    let (input, rows) = (r.input + r.rows.firsts[y] &* r.rowStride, r.rows.counts[y])
    let stride = r.rows.step &* r.rowStride
    if rows == 0 || r.width < L {
      for x in 0..<r.width {
        var v = rows == 0 ? start : input[x]
        for k in 1..<max(rows, 1) { v = combine(v, input[k &* stride &+ x]) }
        row[x] = v
      }
      return
    }
    var x = 0
    while x < r.width {
      // The last vector is moved back so that it ends with the row.
      let at = min(x, r.width &- L)
      var v = load(input + at)
      for k in 1..<max(rows, 1) { v = combine(v, load(input + (k &* stride &+ at))) }
      store(row + at, v)
      x &+= L
    }
  }

  @inline(always) private static func combineColumns(_ r: PoolRows, _ line: In, _ y: Int) {
    let (count, output) = (r.columns.count, r.output + y &* r.outputStride)
    let divisor = r.rows.divisors[y]
    if Stride == 0 {
      for x in 0..<count { output[x] = one(r, line + (r.padding &- r.firstColumn), x, divisor) }
      return
    }
    var x = 0
    while x < count {
      // The last vector is moved back so that it ends with the row.
      let at = max(min(x, count &- L), 0)
      store(output + at, vector(r, line, at, divisor), first: count)
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
    return v / (load(r.columns.divisors + x, first: r.columns.count &- x, else: 1) * divisor)
  }

  /// Every `Stride`-th value.
  @inline(always) private static func columns(_ p: In) -> Lane {
    Stride == 1 ? load(p) : evenLanes(load(p), load(p + L))
  }

  /// One output; `row` is where column 0 of the image would be.
  @inline(always) private static func one(_ r: PoolRows, _ row: In, _ x: Int, _ divisor: Float) -> Float {
    let (source, count) = (row + r.columns.firsts[x], r.columns.counts[x])
    var v = start
    for k in 0..<count { v = combine(v, source[k &* r.columns.step]) }
    return Mean == 1 ? v / (divisor * r.columns.divisors[x]) : v
  }
}
