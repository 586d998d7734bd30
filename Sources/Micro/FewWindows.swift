import MicroKernelAPI

@inline(always) func fewWindows<let M: Int>(_ work: UnsafePointer<PoolRows>, _: PoolLine<M>.Type) {
  let r = work.pointee
  if r.columns.step == 1 && r.window >= (M == 1 ? 6 : 4) {
    FewWindows<M, 4>.run(work)
  } else if r.stride == 0 {
    FewWindows<M, 0>.run(work)
  } else if r.stride > 2 || r.columns.count < 4 {
    FewWindows<M, 3>.run(work)
  } else if r.stride == 2 {
    FewWindows<M, 2>.run(work)
  } else {
    FewWindows<M, 1>.run(work)
  }
}

/// Columns of windows that would leave a vector mostly empty, or that are wide, or far apart: four windows at a time, of one
/// row, or where it has fewer, of four rows. `Mean`: 1 if values are added and divided, 0 if the largest is wanted. `Kind`:
/// 1 and 2 neighbours of that stride, 3 windows that are alike, 4 runs, 0 windows that differ.
enum FewWindows<let Mean: Int, let Kind: Int> {
  /// Rows are combined some lines ahead: by then a line has reached the cache, from where what straddles two vectors can be
  /// read without a stall.
  @inline(never) static func run(_ work: UnsafePointer<PoolRows>) {
    let r = work.pointee
    clearEdges(r)
    let divisors = r.scratch + r.lines &* r.scratchCount
    let total = r.planes &* r.rows.count
    var (input, output, y, done) = (r.input, r.output, 0, 0)
    while done < total {
      let lines = min(r.lines, total &- done)
      for i in 0..<lines {
        PoolLine<Mean>.combineRows(r, input, y, into: r.scratch + (i &* r.scratchCount &+ r.padding))
        divisors[i] = r.rows.divisors[y]
        y &+= 1
        if y == r.rows.count { (y, input) = (0, input + r.planeStride) }
      }
      if r.columns.count < 4 {
        across(r, lines, divisors, output)
      } else {
        along(r, lines, divisors, output)
      }
      output += lines &* r.outputStride
      done &+= lines
    }
  }

  /// What windows that are alike find outside the image; rows leave it alone.
  @inline(always) private static func clearEdges(_ r: PoolRows) {
    if r.stride == 0 { return }
    let end = (r.columns.count &- 1) &* r.stride &+ (r.window &- 1) &* r.step &+ 1
    for i in 0..<r.lines {
      let line = r.scratch + i &* r.scratchCount
      for x in 0..<r.padding { line[x] = PoolLine<Mean>.start }
      for x in r.padding &+ r.width..<max(end, r.padding &+ r.width) { line[x] = PoolLine<Mean>.start }
    }
  }

  /// The windows of each row.
  @inline(never) private static func along(_ r: PoolRows, _ lines: Int, _ divisors: In, _ output: Out) {
    for i in 0..<lines {
      let (line, target) = (r.scratch + i &* r.scratchCount, output + i &* r.outputStride)
      var x = 0
      while x < r.columns.count {
        // The last four windows are moved back so that they end with the row.
        let at = min(x, r.columns.count &- 4)
        let v =
          Kind == 1 || Kind == 2
          ? neighbours(r, line + at &* Kind)
          : four(
            r, line + first(r, at), line + first(r, at &+ 1), line + first(r, at &+ 2),
            line + first(r, at &+ 3), at, 1)
        store4(target + at, Mean == 1 ? v / (load4(r.columns.divisors + at) * divisors[i]) : v)
        x &+= 4
      }
    }
  }

  /// Each window of some rows, four rows at a time; lanes beyond the last row repeat it.
  @inline(never) private static func across(
    _ r: PoolRows, _ lines: Int, _ divisors: In, _ output: Out
  ) {
    var i = 0
    while i < lines {
      let count = min(4, lines &- i)
      let line = r.scratch + i &* r.scratchCount
      for x in 0..<r.columns.count {
        let p = line + first(r, x)
        let v = four(
          r, p, p + min(1, count &- 1) &* r.scratchCount, p + min(2, count &- 1) &* r.scratchCount,
          p + min(3, count &- 1) &* r.scratchCount, x, 0)
        let result = Mean == 1 ? v / (load4(divisors + i) * r.columns.divisors[x]) : v
        let target = output + (i &* r.outputStride &+ x)
        target[0] = result[0]
        if count > 1 { target[r.outputStride] = result[1] }
        if count > 2 { target[2 &* r.outputStride] = result[2] }
        if count > 3 { target[3 &* r.outputStride] = result[3] }
      }
      i &+= 4
    }
  }

  /// Of window x, in a line.
  @inline(always) private static func first(_ r: PoolRows, _ x: Int) -> Int {
    r.stride == 0 ? r.padding &- r.firstColumn &+ r.columns.firsts[x] : x &* r.stride
  }

  /// Four windows that lie side by side.
  @inline(always) private static func neighbours(_ r: PoolRows, _ p: In) -> Four {
    var v = column(p)
    for k in 1..<max(r.window, 1) { v = combine(v, column(p + k &* r.step)) }
    return v
  }

  @inline(always) private static func column(_ p: In) -> Four {
    if Kind == 1 { return load4(p) }
    return Four(lowHalf: load4(p).evenHalf, highHalf: load4(p + 4).evenHalf)
  }

  @inline(always) private static func combine(_ a: Four, _ b: Four) -> Four {
    Mean == 1 ? a + b : maximum4(a, b)
  }

  /// Four windows, wherever they are: number `x` and each `next` after it.
  @inline(always) private static func four(
    _ r: PoolRows, _ p0: In, _ p1: In, _ p2: In, _ p3: In, _ x: Int, _ next: Int
  ) -> Four {
    if Kind == 3 { return single(p0, p1, p2, p3, r.window, r.step) }
    let n = r.columns.counts + x
    if Kind == 4 {
      // Where windows are alike, edges are no shorter.
      let cut = r.stride > 0 ? 0 : 1
      let extra = { (i: Int) in cut &* (n[i] &- r.window) }
      return Runs<Mean>.four(
        p0, p1, p2, p3, r.window, extra(0), extra(next), extra(2 &* next), extra(3 &* next))
    }
    return Four(
      one(p0, n[0], r.step), one(p1, n[next], r.step), one(p2, n[2 &* next], r.step),
      one(p3, n[3 &* next], r.step))
  }

  @inline(always) private static func one(_ p: In, _ count: Int, _ step: Int) -> Float {
    var v = PoolLine<Mean>.start
    for k in 0..<count { v = PoolLine<Mean>.combine(v, p[k &* step]) }
    return v
  }

  /// Element by element.
  @inline(always) private static func single(
    _ p0: In, _ p1: In, _ p2: In, _ p3: In, _ count: Int, _ step: Int
  ) -> Four {
    var v = Four(p0[0], p1[0], p2[0], p3[0])
    for k in 1..<max(count, 1) {
      let i = k &* step
      v = combine(v, Four(p0[i], p1[i], p2[i], p3[i]))
    }
    return v
  }
}

/// Sums or maxima of four runs of `count` ≥ 4 values, and of up to one `extra` value each.
enum Runs<let Mean: Int> {
  @inline(always) static func four(
    _ p0: In, _ p1: In, _ p2: In, _ p3: In, _ count: Int, _ extra0: Int, _ extra1: Int, _ extra2: Int,
    _ extra3: Int
  ) -> Four {
    var v = Square(load4(p0), load4(p1), load4(p2), load4(p3))
    var i = 4
    while i &+ 4 <= count {
      let next = Square(load4(p0 + i), load4(p1 + i), load4(p2 + i), load4(p3 + i))
      v = Mean == 1 ? v.plus(next) : v.maximum(next)
      i &+= 4
    }
    // The last vectors are moved back to the ends of the runs.
    let rest = count &- i
    let last = Square(
      end(p0, i, rest &+ extra0), end(p1, i, rest &+ extra1), end(p2, i, rest &+ extra2),
      end(p3, i, rest &+ extra3))
    let t = (Mean == 1 ? v.plus(last) : v.maximum(last)).transposed
    if Mean == 1 { return (t.r0 + t.r1) + (t.r2 + t.r3) }
    return maximum4(maximum4(t.r0, t.r1), maximum4(t.r2, t.r3))
  }

  /// The last four values of a run, of which only `rest` are after `done`; what they repeat is not added.
  @inline(always) private static func end(_ p: In, _ done: Int, _ rest: Int) -> Four {
    let x = load4(p + (done &+ rest &- 4))
    if Mean == 0 { return x }
    return x.replacing(with: 0, where: Four(0, 1, 2, 3) .< Four(repeating: Float(4 &- rest)))
  }
}
