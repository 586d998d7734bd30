import MicroKernelAPI

@inline(never)
public func elementwise(_ work: UnsafePointer<Elementwise>) {
  let w = work.pointee
  switch w.operation {
  case .relu:
    map(w.input, w.output, w.count) { _, x in
      rectified(x)
    } rest: { _, x in
      x < 0 ? 0 : x
    }
  case .sigmoid:
    map(w.input, w.output, w.count) { _, x in
      logistic(x)
    } rest: { _, x in
      logistic(Lane(repeating: x))[0]
    }
  case .add:
    guard let second = w.second else { return }
    map(w.input, w.output, w.count) { at, x in
      x + load(second + at)
    } rest: { at, x in
      x + second[at]
    }
  case .affine:
    let (scale, shift) = (Lane(repeating: w.scale), Lane(repeating: w.shift))
    map(w.input, w.output, w.count) { _, x in
      x * scale + shift
    } rest: { _, x in
      x * w.scale + w.shift
    }
  case .copy:
    map(w.input, w.output, w.count) { _, x in
      x
    } rest: { _, x in
      x
    }
  }
}

/// Whole vectors, then the rest one by one: input and output may be the same memory.
@inline(__always) private func map(
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

/// `1 / (1 + exp(−x))`; NaN stays NaN, infinities give 0 and 1.
@inline(__always) func logistic(_ x: Lane) -> Lane {
  // The exponential is cut off at a finite value; minus infinity alone is exactly zero.
  (1 / (1 + exponential(-x))).replacing(with: 0, where: x .== -Float.infinity)
}

/// `exp(x)` to about one unit in the last place for −87 ≤ x ≤ 88, clamped outside: x = n·ln 2 + r with n rounded by
/// adding 1.5·2²³, then a polynomial of degree 7 in r (coefficients: Cephes, `expf`) times 2ⁿ.
@inline(__always) func exponential(_ x: Lane) -> Lane {
  let magic = Lane(repeating: 12_582_912)
  let bounded = x.replacing(with: 88, where: x .> 88).replacing(with: -87, where: x .< -87)
  let shifted = bounded * 1.442_695_04 + magic
  let n = shifted - magic
  // 0.693359375 has few bits: n times it is exact.
  let r = (bounded - n * 0.693_359_375) + n * 2.121_944_4e-4
  var p = r * 1.987_569_15e-4 + 1.398_199_950_7e-3
  p = p * r + 8.333_451_907_3e-3
  p = p * r + 4.166_579_589_4e-2
  p = p * r + 1.666_666_545_9e-1
  p = p * r + 5.000_000_120_1e-1
  p = (p * r) * r + r + 1
  let bits = unsafeBitCast(shifted, to: Bits.self) &- unsafeBitCast(magic, to: Bits.self)
  let power = unsafeBitCast((bits &<< 23) &+ Bits(repeating: 0x3f80_0000), to: Lane.self)
  return p * power
}
