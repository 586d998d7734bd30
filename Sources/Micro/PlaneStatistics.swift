import MicroKernelAPI

// The sweeps of fused attention. Float reductions are written in vectors: the compiler may not reorder them.
// The maximum's one instruction loses a NaN, but a sum keeps it: where the sum is NaN, the maximum is taken again.
// Variants are integer parameters of types: closures would stay calls, which split wide vectors.

/// Runs of up to so many values are taken four at a time, in narrow vectors: that takes less than the end of a run.
private let shortRun = 56
/// Where only sums are wanted, which end faster.
#if ISA_AVX2
  private let shortSum = 32
#else
  private let shortSum = shortRun
#endif

extension Code {
  @inline(never) static func planeStatistics(_ planes: UnsafePointer<PlaneStatistics>) {
    let p = planes.pointee
    if p.count <= (p.maximum == nil && p.gates == nil ? shortSum : shortRun) {
      shortPlanes(p)
    } else if p.gates != nil {
      Plane<1>.run(p)
    } else if p.maximum != nil {
      Plane<0>.run(p)
    } else {
      sums(p)
    }
  }
}

/// `Gated`: 1 if values are multiplied by gates first, else 0.
enum Plane<let Gated: Int> {
  @inline(never) static func run(_ p: PlaneStatistics) {
    var input = p.input
    let gates = p.gates ?? p.input
    for plane in 0..<p.planes {
      let result = long(input, gates, p.count, p.scratch)
      if let target = p.sum { target[plane &* p.targetStride] = result.sum / p.divisor }
      if let target = p.maximum { target[plane &* p.targetStride] = result.maximum }
      input += p.count
    }
  }

  @inline(always) private static func value(_ input: In, _ gates: In, _ at: Int) -> Lane {
    Gated == 1 ? load(input + at) * load(gates + at) : load(input + at)
  }

  /// Four vectors at a time, then one; the last is moved back to the end of the run and what it repeats not added.
  @inline(always) private static func long(_ input: In, _ gates: In, _ count: Int, _ scratch: Out) -> (
    sum: Float, maximum: Float
  ) {
    var sums = InlineArray<4, Lane>(repeating: .zero)
    var tops = InlineArray<4, Lane>(repeating: Lane(repeating: -.infinity))
    var i = 0
    while i &+ 4 &* L <= count {
      for j in 0..<4 {
        let x = value(input, gates, i &+ j &* L)
        sums[j] += x
        tops[j] = larger(tops[j], x)
      }
      i &+= 4 &* L
    }
    while i &+ L <= count {
      let x = value(input, gates, i)
      sums[0] += x
      tops[0] = larger(tops[0], x)
      i &+= L
    }
    if i < count {
      let x = value(input, gates, count &- L)
      sums[1] += x.replacing(with: 0, where: firstLanes(L &- (count &- i)))
      tops[1] = larger(tops[1], x)
    }
    let total = sum((sums[0] + sums[1]) + (sums[2] + sums[3]))
    if total != total { return (total, short(input, gates, count).maximum) }
    for j in 0..<4 { store(scratch + j &* L, tops[j]) }
    return (total, largest(at: scratch))
  }

  @inline(always) private static func short(_ input: In, _ gates: In, _ count: Int) -> (
    sum: Float, maximum: Float
  ) {
    var total: Float = 0
    var top = -Float.infinity
    for i in 0..<count {
      let x = Gated == 1 ? input[i] * gates[i] : input[i]
      total += x
      top = maximum(top, x)
    }
    return (total, top)
  }
}

/// Sums alone, without gates.
@inline(never) private func sums(_ p: PlaneStatistics) {
  guard let target = p.sum else { return }
  var input = p.input
  for plane in 0..<p.planes {
    var total = InlineArray<4, Lane>(repeating: .zero)
    var i = 0
    while i &+ 4 &* L <= p.count {
      for j in 0..<4 { total[j] += load(input + (i &+ j &* L)) }
      i &+= 4 &* L
    }
    while i &+ L <= p.count {
      total[0] += load(input + i)
      i &+= L
    }
    var rest: Float = 0
    if i < p.count && p.count >= L {
      total[1] += load(input + (p.count &- L)).replacing(with: 0, where: firstLanes(L &- (p.count &- i)))
    } else {
      for k in i..<p.count { rest += input[k] }
    }
    let all = sum((total[0] + total[1]) + (total[2] + total[3])) + rest
    target[plane &* p.targetStride] = all / p.divisor
    input += p.count
  }
}
