import MicroKernelAPI

@inline(never)
public func poolPlanes(_ work: UnsafePointer<PoolPlanes>) {
  if work.pointee.isMean { PlaneWindows<1>.run(work) } else { PlaneWindows<0>.run(work) }
}

/// `Mean`: 1 if values are added and divided, 0 if the largest is wanted. (A closure would stay a call.)
enum PlaneWindows<let Mean: Int> {
  @inline(never) static func run(_ work: UnsafePointer<PoolPlanes>) {
    let w = work.pointee
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

  @inline(always) private static func combine(_ a: Lane, _ b: Lane) -> Lane {
    Mean == 1 ? a + b : maximum(a, b)
  }

  /// `count` vectors, `stride` floats apart; what nothing combines to if there are none.
  @inline(always) private static func combined(_ p: In, _ count: Int, _ stride: Int) -> Lane {
    if count == 0 { return Lane(repeating: Mean == 1 ? 0 : -.infinity) }
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
