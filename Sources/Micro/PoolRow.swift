import MicroKernelAPI

@inline(never)
public func poolRow(_ row: UnsafePointer<PoolRow>) {
  if row.pointee.divisors == nil { Pool<0>.run(row) } else { Pool<1>.run(row) }
}

/// `Mean`: 1 if values are added and divided, 0 if the largest is wanted. (A closure would stay a call.)
enum Pool<let Mean: Int> {
  @inline(never) static func run(_ row: UnsafePointer<PoolRow>) {
    let r = row.pointee
    if r.isFirst { clearEdges(r) }
    combineRows(r)
    if r.outputWidth < L { return store(r.output, result(r, 0), first: r.outputWidth) }
    var x = 0
    while x < r.outputWidth {
      // The last vector is moved back so that it ends with the row.
      let at = min(x, r.outputWidth &- L)
      store(r.output + at, result(r, at))
      x &+= L
    }
  }

  @inline(always) private static var start: Float { Mean == 1 ? 0 : -.infinity }

  @inline(always) private static func combine(_ a: Lane, _ b: Lane) -> Lane {
    Mean == 1 ? a + b : maximum(a, b)
  }

  @inline(always) private static func combine(_ a: Float, _ b: Float) -> Float {
    Mean == 1 ? a + b : maximum(a, b)
  }

  /// What the scratch row holds outside the image; rows of the same shape leave it alone.
  private static func clearEdges(_ r: PoolRow) {
    for i in 0..<r.padding { r.scratch[i] = start }
    for i in r.padding &+ r.width..<max(r.scratchCount, r.padding &+ r.width) { r.scratch[i] = start }
  }

  /// The window's rows, combined into the padded scratch row.
  @inline(always) private static func combineRows(_ r: PoolRow) {
    let row = r.scratch + r.padding
    if r.width < L {
      for x in 0..<r.width {
        var v = r.input[x]
        for y in 1..<max(r.rows, 1) { v = combine(v, r.input[y &* r.rowStride &+ x]) }
        row[x] = v
      }
      return
    }
    var x = 0
    while x < r.width {
      let at = min(x, r.width &- L)
      var v = load(r.input + at)
      for y in 1..<max(r.rows, 1) { v = combine(v, load(r.input + (y &* r.rowStride &+ at))) }
      store(row + at, v)
      x &+= L
    }
  }

  /// The window's columns for one vector of outputs, divided if the mean is wanted.
  @inline(always) private static func result(_ r: PoolRow, _ x: Int) -> Lane {
    let source = In(r.scratch) + x &* r.stride
    var v = columns(r, source, x)
    for k in 1..<max(r.window, 1) { v = combine(v, columns(r, source + k, x)) }
    guard Mean == 1, let divisors = r.divisors else { return v }
    return v / (load(divisors + x, first: r.outputWidth &- x, else: 1) * r.rowDivisor)
  }

  /// Every `stride`-th value.
  @inline(always) private static func columns(_ r: PoolRow, _ p: In, _ x: Int) -> Lane {
    switch r.stride {
    case 1: return load(p)
    case 2: return evenLanes(load(p), load(p + L))
    default:
      var v = Lane(repeating: start)
      for i in 0..<L where i < r.outputWidth &- x { v[i] = p[i &* r.stride] }
      return v
    }
  }
}
