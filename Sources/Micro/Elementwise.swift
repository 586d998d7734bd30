import MicroKernelAPI

extension Code {
  @inline(never) static func elementwise(_ work: UnsafePointer<Elementwise>) {
    switch work.pointee.operation {
    case .relu: Map<0>.run(work)
    case .sigmoid: Map<1>.run(work)
    case .add: Map<2>.run(work)
    case .affine: Map<3>.run(work)
    case .copy: Map<4>.run(work)
    case .relu6: Curve<0>.run(work)
    case .silu: Curve<1>.run(work)
    case .hardSigmoid: Curve<2>.run(work)
    case .hardSwish: Curve<3>.run(work)
    case .exponential: Curve<4>.run(work)
    }
  }
}

/// `Operation` numbers the cases of `Elementwise.Operation`. (A closure would stay a call.)
enum Map<let Operation: Int> {
  /// Whole vectors, then the rest one by one: input and output may be the same memory.
  @inline(never) static func run(_ work: UnsafePointer<Elementwise>) {
    let w = work.pointee
    let second = w.second ?? w.input
    let (scale, shift) = (Lane(repeating: w.scale), Lane(repeating: w.shift))
    var i = 0
    while i &+ 4 &* L <= w.count {
      for j in 0..<4 {
        let at = i &+ j &* L
        store(w.output + at, value(load(w.input + at), second + at, scale, shift))
      }
      i &+= 4 &* L
    }
    while i &+ L <= w.count {
      store(w.output + i, value(load(w.input + i), second + i, scale, shift))
      i &+= L
    }
    while i < w.count {
      w.output[i] = one(w.input[i], second[i], w)
      i &+= 1
    }
  }

  @inline(always) private static func value(_ x: Lane, _ second: In, _ scale: Lane, _ shift: Lane) -> Lane {
    switch Operation {
    case 0: rectified(x)
    case 1: logistic(x)
    case 2: x + load(second)
    case 3: x * scale + shift
    default: x
    }
  }

  @inline(always) private static func one(_ x: Float, _ second: Float, _ w: Elementwise) -> Float {
    switch Operation {
    case 0: x < 0 ? 0 : x
    case 1: logistic(Lane(repeating: x))[0]
    case 2: x + second
    case 3: x * w.scale + w.shift
    default: x
    }
  }
}

/// `1 / (1 + exp(−x))`; NaN stays NaN, infinities give 0 and 1.
@inline(always) func logistic(_ x: Lane) -> Lane {
  // The exponential is cut off at a finite value; minus infinity alone is exactly zero.
  (1 / (1 + exponential(-x))).replacing(with: 0, where: x .== -Float.infinity)
}

/// `exp(x)` to about one unit in the last place for −87 ≤ x ≤ 88, clamped outside: x = n·ln 2 + r with n rounded by
/// adding 1.5·2²³, then a polynomial of degree 7 in r (coefficients: Cephes, `expf`) times 2ⁿ.
@inline(always) func exponential(_ x: Lane) -> Lane {
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
