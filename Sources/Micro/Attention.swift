import MicroKernelAPI

// The sweeps of fused attention. Float reductions are written in vectors: the compiler may not reorder them.

@inline(never)
public func planeStatistics(_ plane: UnsafePointer<PlaneStatistics>) {
  let p = plane.pointee
  if let gates = p.gates {
    Plane.run(p) { at, x in
      x * load(gates + at)
    } rest: { at, x in
      x * gates[at]
    }
  } else {
    Plane.run(p) { _, x in
      x
    } rest: { _, x in
      x
    }
  }
}

enum Plane {
  /// Four vectors of sums and maxima, then the rest one by one.
  @inline(__always) static func run(
    _ p: PlaneStatistics, _ gated: (Int, Lane) -> Lane, rest: (Int, Float) -> Float
  ) {
    var sums = InlineArray<4, Lane>(repeating: .zero)
    var tops = InlineArray<4, Lane>(repeating: Lane(repeating: -.infinity))
    var i = 0
    while i &+ 4 &* L <= p.count {
      for j in 0..<4 {
        let x = gated(i &+ j &* L, load(p.input + (i &+ j &* L)))
        sums[j] += x
        tops[j] = maximum(tops[j], x)
      }
      i &+= 4 &* L
    }
    while i &+ L <= p.count {
      let x = gated(i, load(p.input + i))
      sums[0] += x
      tops[0] = maximum(tops[0], x)
      i &+= L
    }
    var total = sum((sums[0] + sums[1]) + (sums[2] + sums[3]))
    var top = maximum(maximum(maximum(tops[0], tops[1]), maximum(tops[2], tops[3])))
    while i < p.count {
      let x = rest(i, p.input[i])
      total += x
      top = maximum(top, x)
      i &+= 1
    }
    if let target = p.sumTarget { target.pointee = total / p.divisor }
    if let target = p.maximumTarget { target.pointee = top }
  }
}

@inline(never)
public func pixelStatistics(_ pixels: UnsafePointer<PixelStatistics>) {
  let p = pixels.pointee
  if let gates = p.gates {
    Pixels.run(p) { c, x in
      x * Lane(repeating: gates[c])
    } rest: { c, x in
      x * gates[c]
    }
  } else {
    Pixels.run(p) { _, x in
      x
    } rest: { _, x in
      x
    }
  }
}

enum Pixels {

  /// Several vectors of pixels in registers while the channels go by, then one vector, then single pixels.
  @inline(__always) static func run(
    _ p: PixelStatistics, _ gated: (Int, Lane) -> Lane, rest: (Int, Float) -> Float
  ) {
    var x = 0
    #if ISA_AVX512
      while x &+ 8 &* L <= p.count { Column<8>.run(p, x, gated); x &+= 8 &* L }
    #endif
    while x &+ 4 &* L <= p.count { Column<4>.run(p, x, gated); x &+= 4 &* L }
    while x &+ L <= p.count { Column<1>.run(p, x, gated); x &+= L }
    while x < p.count {
      var total: Float = 0
      var top = -Float.infinity
      for c in 0..<p.channels {
        let v = rest(c, p.input[c &* p.channelStride &+ x])
        total += v
        top = maximum(top, v)
      }
      p.maximum[x] = top
      p.mean[x] = total / Float(p.channels)
      x &+= 1
    }
  }
}

enum Column<let V: Int> {
  @inline(__always) static func run(_ p: PixelStatistics, _ x: Int, _ gated: (Int, Lane) -> Lane) {
    var sums = InlineArray<V, Lane>(repeating: .zero)
    var tops = InlineArray<V, Lane>(repeating: Lane(repeating: -.infinity))
    var source = p.input + x
    for c in 0..<p.channels {
      for v in 0..<V {
        let value = gated(c, load(source + v &* L))
        sums[v] += value
        tops[v] = maximum(tops[v], value)
      }
      source += p.channelStride
    }
    let channels = Float(p.channels)
    for v in 0..<V {
      store(p.maximum + (x &+ v &* L), tops[v])
      store(p.mean + (x &+ v &* L), sums[v] / channels)
    }
  }
}

@inline(never)
public func gate(_ gate: UnsafePointer<Gate>) {
  let g = gate.pointee
  let scale = Lane(repeating: g.gate)
  if let gates = g.gates, g.pixelFirst {
    map(g.input, g.output, g.count) { at, x in
      (x * load(gates + at)) * scale
    } rest: { at, x in
      (x * gates[at]) * g.gate
    }
  } else if let gates = g.gates {
    map(g.input, g.output, g.count) { at, x in
      (x * scale) * load(gates + at)
    } rest: { at, x in
      (x * g.gate) * gates[at]
    }
  } else {
    map(g.input, g.output, g.count) { _, x in
      x * scale
    } rest: { _, x in
      x * g.gate
    }
  }
}

/// Whole vectors, then the rest.
@inline(__always) func map(
  _ input: In, _ output: Out, _ count: Int, _ body: (Int, Lane) -> Lane, rest: (Int, Float) -> Float
) {
  var i = 0
  while i &+ 4 &* L <= count {
    for j in 0..<4 { store(output + (i &+ j &* L), body(i &+ j &* L, load(input + (i &+ j &* L)))) }
    i &+= 4 &* L
  }
  while i &+ L <= count {
    store(output + i, body(i, load(input + i)))
    i &+= L
  }
  while i < count {
    output[i] = rest(i, input[i])
    i &+= 1
  }
}
