import MicroKernelAPI

// Pools of 2 × 2 neighbours, in registers. In a file and functions of their own: LLVM makes calls of the shuffles in `Pool` where
// one more loop uses them.

/// Whether every window is 2 × 2 neighbours inside the image.
@inline(never) func arePairs(_ work: UnsafePointer<PoolRows>) -> Bool {
  let r = work.pointee
  guard r.stride == 2, r.window == 2, r.step == 1, r.rows.step == 1 else { return false }
  guard r.padding == 0, r.width >= 2 &* r.columns.count else { return false }
  for y in 0..<r.rows.count {
    let isQuarter = !r.isMean || r.rows.divisors[y] * r.columns.divisors[0] == 4
    guard r.rows.counts[y] == 2, isQuarter else { return false }
  }
  return true
}

/// Both rows of a window first, then both columns.
@inline(never) func poolPairs(_ work: UnsafePointer<PoolRows>) {
  if work.pointee.isMean { Pairs<1>.run(work) } else { Pairs<0>.run(work) }
}

/// `Mean`: 1 if values are added and divided, 0 if the largest is wanted.
private enum Pairs<let Mean: Int> {
  @inline(never) static func run(_ work: UnsafePointer<PoolRows>) {
    let r = work.pointee
    let count = r.columns.count
    var (input, output) = (r.input, r.output)
    for _ in 0..<r.planes {
      for y in 0..<r.rows.count {
        let (source, target) = (input + r.rows.firsts[y] &* r.rowStride, output + y &* r.outputStride)
        var x = 0
        while x < count {
          // The last vector is moved back so that it ends with the row.
          let at = min(x, count &- L)
          let (low, high) = (source + 2 &* at, source + (2 &* at &+ L))
          let a = combine(load(low), load(low + r.rowStride))
          let b = combine(load(high), load(high + r.rowStride))
          let v = combine(evenLanes(a, b), oddLanes(a, b))
          // A quarter is exact, as the division would be.
          store(target + at, Mean == 1 ? 0.25 * v : v)
          x &+= L
        }
      }
      input += r.planeStride
      output += r.rows.count &* r.outputStride
    }
  }

  @inline(always) private static func combine(_ a: Lane, _ b: Lane) -> Lane {
    Mean == 1 ? a + b : maximum(a, b)
  }
}
