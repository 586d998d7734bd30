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

@inline(never)
public func planeStatistics(_ planes: UnsafePointer<PlaneStatistics>) {
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

@inline(never)
public func pixelStatistics(_ pixels: UnsafePointer<PixelStatistics>) {
  var p = pixels.pointee
  for _ in 0..<p.images {
    if p.gates != nil { Pixels<1>.run(p) } else { Pixels<0>.run(p) }
    p.input += p.imageStride
    p.gates = p.gates.map { $0 + p.channels }
    p.maximum = p.maximum.map { $0 + p.targetStride }
    p.sum = p.sum.map { $0 + p.targetStride }
  }
}

enum Pixels<let Gated: Int> {
  /// Several vectors of pixels in registers while the channels go by; the last vector is moved back to the end of the
  /// run.
  @inline(always) static func run(_ p: PixelStatistics) {
    if p.count < L { return NarrowPixels<Gated>.run(p) }
    #if ISA_AVX512
      let most = 8
    #else
      let most = 4
    #endif
    var x = 0
    while x < p.count {
      let vectors = min((p.count &- x &+ L &- 1) / L, most)
      let last = min(x &+ (vectors &- 1) &* L, p.count &- L)
      switch vectors {
      case 1: ChannelColumn<1, Gated>.run(p, x, last)
      case 2: ChannelColumn<2, Gated>.run(p, x, last)
      case 3: ChannelColumn<3, Gated>.run(p, x, last)
      case 4: ChannelColumn<4, Gated>.run(p, x, last)
      #if ISA_AVX512
        case 5: ChannelColumn<5, Gated>.run(p, x, last)
        case 6: ChannelColumn<6, Gated>.run(p, x, last)
        case 7: ChannelColumn<7, Gated>.run(p, x, last)
        case 8: ChannelColumn<8, Gated>.run(p, x, last)
      #endif
      default: fatalError("\(vectors) vectors; at most \(most)")
      }
      x &+= vectors &* L
    }
  }

  @inline(never) static func scalar(_ p: PixelStatistics, _ pixels: Range<Int>) {
    for x in pixels {
      var total: Float = 0
      var top = -Float.infinity
      for c in 0..<p.channels {
        let v = p.input[c &* p.channelStride &+ x] * (p.gates?[c] ?? 1)
        total += v
        top = maximum(top, v)
      }
      if let target = p.maximum { target[x] = top }
      if let target = p.sum { target[x] = total / p.divisor }
    }
  }
}

enum ChannelColumn<let V: Int, let Gated: Int> {
  /// `V` vectors of pixels from `x` on, the last of them at `last`.
  @inline(never) static func run(_ p: PixelStatistics, _ x: Int, _ last: Int) {
    var sums = InlineArray<V, Lane>(repeating: .zero)
    var tops = InlineArray<V, Lane>(repeating: Lane(repeating: -.infinity))
    var source = p.input + x
    let end = last &- x
    let gates = p.gates ?? p.input
    for c in 0..<p.channels {
      let scale = Gated == 1 ? Lane(repeating: gates[c]) : Lane.zero
      for v in 0..<V {
        let loaded = load(source + (v == V &- 1 ? end : v &* L))
        let value = Gated == 1 ? loaded * scale : loaded
        sums[v] += value
        tops[v] = larger(tops[v], value)
      }
      source += p.channelStride
    }
    var all = sums[0]
    for v in 1..<max(V, 1) { all += sums[v] }
    let total = sum(all)
    for v in 0..<V {
      let at = v == V &- 1 ? last : x &+ v &* L
      if let target = p.maximum { store(target + at, tops[v]) }
      if let target = p.sum { store(target + at, sums[v] / p.divisor) }
    }
    if total != total { Pixels<Gated>.scalar(p, min(x, last)..<last &+ L) }
  }
}
