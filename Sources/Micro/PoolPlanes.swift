import MicroKernelAPI

extension Code {
  @inline(never) static func poolPlanes(_ work: UnsafePointer<PoolPlanes>) {
    if work.pointee.isMean { PlaneWindows<1>.run(work) } else { PlaneWindows<0>.run(work) }
  }
}

/// `Mean`: 1 if values are added and divided, 0 if the largest is wanted. (A closure would stay a call.)
enum PlaneWindows<let Mean: Int> {
  @inline(never) static func run(_ work: UnsafePointer<PoolPlanes>) {
    let w = work.pointee
    if w.combinesFirst { return combinedFirst(w) }
    let (pixels, outputs) = (w.inputRows &* w.width, w.rows.count &* w.columns.count)
    let line = w.scratch + pixels &* L
    let results = line + w.width &* L
    var (input, output, planes) = (w.input, w.output, w.planes)
    while planes > 0 {
      let rows = min(planes, L)
      gatherLanes(input, rows: rows, stride: w.planeStride, count: pixels, into: w.scratch)
      for y in 0..<w.rows.count {
        combineRows(w, y, into: line)
        combineColumns(w, line, w.rows.divisors[y], into: results + y &* w.columns.count &* L)
      }
      scatterLanes(results, rows: rows, stride: w.outputPlaneStride, count: outputs, into: output)
      input += L &* w.planeStride
      output += L &* w.outputPlaneStride
      planes &-= L
    }
  }

  /// All rows before all columns: by then they have reached the cache, from where whole vectors can be read without a stall.
  @inline(always) private static func combinedFirst(_ w: PoolPlanes) {
    let (outputs, line) = (w.rows.count &* w.columns.count, max(w.reach, 4) &* L)
    let results = w.scratch + w.rows.count &* line
    var (input, output, planes) = (w.input, w.output, w.planes)
    while planes > 0 {
      let rows = min(planes, L)
      for y in 0..<w.rows.count { gatherWindow(w, y, input, rows, into: w.scratch + y &* line) }
      for y in 0..<w.rows.count {
        combineColumns(
          w, w.scratch + (y &* line &- w.firstColumn &* L), w.rows.divisors[y],
          into: results + y &* w.columns.count &* L)
      }
      scatterLanes(results, rows: rows, stride: w.outputPlaneStride, count: outputs, into: output)
      input += L &* w.planeStride
      output += L &* w.outputPlaneStride
      planes &-= L
    }
  }

  /// The rows of one window of each plane combined into one, which is transposed.
  @inline(always) private static func gatherWindow(
    _ w: PoolPlanes, _ y: Int, _ input: In, _ planes: Int, into line: Out
  ) {
    let (taps, stride) = (w.rows.counts[y], w.rows.step &* w.width)
    let first = (w.rows.firsts[y] &- w.firstRow) &* w.width &+ w.firstColumn
    let last = first &+ (taps &- 1) &* stride
    if taps == 0 {
      for i in 0..<w.reach { store(line + i &* L, Lane(repeating: start)) }
    } else if w.reach >= 4 || last &+ 4 <= w.readable {
      gatherSquares(w, input + first, planes, taps, stride, into: line)
    } else {
      for lane in 0..<L {
        let source = input + (min(lane, planes &- 1) &* w.planeStride &+ first)
        for i in 0..<w.reach {
          var v = source[i]
          for k in 1..<max(taps, 1) { v = combine(v, source[i &+ k &* stride]) }
          line[i &* L &+ lane] = v
        }
      }
    }
  }

  @inline(always) private static func gatherSquares(
    _ w: PoolPlanes, _ input: In, _ planes: Int, _ taps: Int, _ stride: Int, into line: Out
  ) {
    var lane = 0
    while lane < planes {
      let p0 = input + lane &* w.planeStride
      let p1 = input + min(lane &+ 1, planes &- 1) &* w.planeStride
      let p2 = input + min(lane &+ 2, planes &- 1) &* w.planeStride
      let p3 = input + min(lane &+ 3, planes &- 1) &* w.planeStride
      // Lanes beyond the last plane repeat some plane.
      let end = lane &+ 4 < planes ? lane &+ 4 : L
      var i = 0
      while i < w.reach {
        // The last square is moved back so that it ends with the row, if that is long enough.
        let at = max(0, min(i, w.reach &- 4))
        var square = Square(load4(p0 + at), load4(p1 + at), load4(p2 + at), load4(p3 + at))
        for k in 1..<max(taps, 1) {
          let next = at &+ k &* stride
          square = combine(
            square, Square(load4(p0 + next), load4(p1 + next), load4(p2 + next), load4(p3 + next)))
        }
        let transposed = square.transposed
        var group = lane
        repeat {
          transposed.stored(line + (at &* L &+ group), L)
          group &+= 4
        } while group < end
        i &+= 4
      }
      lane &+= 4
    }
  }

  @inline(always) private static var start: Float { Mean == 1 ? 0 : -.infinity }

  @inline(always) private static func combine(_ a: Square, _ b: Square) -> Square {
    Mean == 1 ? a.plus(b) : a.maximum(b)
  }

  @inline(always) private static func combine(_ a: Float, _ b: Float) -> Float {
    Mean == 1 ? a + b : maximum(a, b)
  }

  @inline(always) private static func combine(_ a: Lane, _ b: Lane) -> Lane {
    Mean == 1 ? a + b : maximum(a, b)
  }

  /// `count` vectors, `stride` floats apart; what nothing combines to if there are none.
  @inline(always) private static func combined(_ p: In, _ count: Int, _ stride: Int) -> Lane {
    if count == 0 { return Lane(repeating: start) }
    var v = load(p)
    for k in 1..<max(count, 1) { v = combine(v, load(p + k &* stride)) }
    return v
  }

  /// The rows of one window, combined into one.
  @inline(always) private static func combineRows(_ w: PoolPlanes, _ y: Int, into line: Out) {
    let (count, stride) = (w.rows.counts[y], w.rows.step &* w.width &* L)
    let first = In(w.scratch) + (w.rows.firsts[y] &- w.firstRow) &* w.width &* L
    for x in 0..<w.width { store(line + x &* L, combined(first + x &* L, count, stride)) }
  }

  @inline(always) private static func combineColumns(
    _ w: PoolPlanes, _ line: In, _ rowDivisor: Float, into results: Out
  ) {
    for x in 0..<w.columns.count {
      let v = combined(line + w.columns.firsts[x] &* L, w.columns.counts[x], w.columns.step &* L)
      store(results + x &* L, Mean == 1 ? v / Lane(repeating: rowDivisor * w.columns.divisors[x]) : v)
    }
  }
}
