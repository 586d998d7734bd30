import MicroKernelAPI

@inline(never)
public func poolRow(_ row: UnsafePointer<PoolRow>) {
  let r = row.pointee
  if let divisors = r.divisors {
    Pool.run(r, start: 0, { $0 + $1 }, { $0 + $1 }) { at, count, v in
      v / (load(divisors + at, first: count, else: 1) * r.rowDivisor)
    }
  } else {
    Pool.run(r, start: -.infinity, { maximum($0, $1) }, { maximum($0, $1) }) { _, _, v in v }
  }
}

enum Pool {
  @inline(__always) static func run(
    _ r: PoolRow, start: Float, _ combine: (Lane, Lane) -> Lane, _ one: (Float, Float) -> Float,
    finish: (Int, Int, Lane) -> Lane
  ) {
    combineRows(r, start, combine, one)
    var x = 0
    while x < r.outputWidth {
      let count = r.outputWidth &- x
      store(r.output + x, finish(x, count, combineColumns(r, x, count, start, combine)), first: count)
      x &+= L
    }
  }

  /// The window's rows, combined into the padded scratch row.
  @inline(__always) static func combineRows(
    _ r: PoolRow, _ start: Float, _ combine: (Lane, Lane) -> Lane, _ one: (Float, Float) -> Float
  ) {
    for i in 0..<r.padding { r.scratch[i] = start }
    let row = r.scratch + r.padding
    var x = 0
    while x &+ L <= r.width {
      var v = load(r.input + x)
      for y in 1..<max(r.rows, 1) { v = combine(v, load(r.input + (y &* r.rowStride &+ x))) }
      store(row + x, v)
      x &+= L
    }
    while x < r.width {
      var v = r.input[x]
      for y in 1..<max(r.rows, 1) { v = one(v, r.input[y &* r.rowStride &+ x]) }
      row[x] = v
      x &+= 1
    }
    var i = r.padding &+ r.width
    while i < r.scratchCount {
      r.scratch[i] = start
      i &+= 1
    }
  }

  /// The window's columns for one vector of outputs.
  @inline(__always) static func combineColumns(
    _ r: PoolRow, _ x: Int, _ count: Int, _ start: Float, _ combine: (Lane, Lane) -> Lane
  ) -> Lane {
    let source = In(r.scratch) + x &* r.stride
    switch r.stride {
    case 1:
      var v = load(source)
      for k in 1..<max(r.window, 1) { v = combine(v, load(source + k)) }
      return v
    case 2:
      var v = evenLanes(load(source), load(source + L))
      for k in 1..<max(r.window, 1) { v = combine(v, evenLanes(load(source + k), load(source + (k &+ L)))) }
      return v
    default:
      var v = strided(source, r.stride, count, start)
      for k in 1..<max(r.window, 1) { v = combine(v, strided(source + k, r.stride, count, start)) }
      return v
    }
  }

  @inline(__always) static func strided(_ p: In, _ stride: Int, _ count: Int, _ rest: Float) -> Lane {
    var v = Lane(repeating: rest)
    for i in 0..<L where i < count { v[i] = p[i &* stride] }
    return v
  }
}
