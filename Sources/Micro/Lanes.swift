// Vectors of the instruction set that this copy of the sources is compiled for. Everything is inlined: a wide
// vector passed to a function that is not would be split into narrow registers.

#if ISA_AVX512
  typealias Lane = SIMD16<Float>
  typealias Bits = SIMD16<UInt32>
#elseif ISA_AVX2
  typealias Lane = SIMD8<Float>
  typealias Bits = SIMD8<UInt32>
#else
  typealias Lane = SIMD4<Float>
  typealias Bits = SIMD4<UInt32>
#endif

typealias In = UnsafePointer<Float>
typealias Out = UnsafeMutablePointer<Float>

@inline(always) var L: Int { Lane.scalarCount }

@inline(always) func load(_ p: In) -> Lane { UnsafeRawPointer(p).loadUnaligned(as: Lane.self) }

@inline(always) func store(_ p: Out, _ v: Lane) {
  UnsafeMutableRawPointer(p).storeBytes(of: v, as: Lane.self)
}

// Without AVX a broadcast takes two instructions, one of them from the arithmetic pipes: scalar weights are stored four
// times instead.
#if ISA_BASELINE
  let weightCopies = 4
#else
  let weightCopies = 1
#endif

/// Weight `i` of a run that is stored `weightCopies` times each, in all lanes.
@inline(always) func broadcastWeight(_ weights: In, _ i: Int) -> Lane {
  #if ISA_BASELINE
    load(weights + 4 &* i)
  #else
    Lane(repeating: weights[i])
  #endif
}

/// Stores the first `count` lanes, one at a time.
@inline(always) func store(_ p: Out, _ v: Lane, first count: Int) {
  if count >= L { return store(p, v) }
  for i in 0..<count { p[i] = v[i] }
}

/// `count` values and zero beyond: for the rest of a row, where a whole vector would read too far.
@inline(always) func load(_ p: In, first count: Int, else rest: Float = 0) -> Lane {
  if count >= L { return load(p) }
  var v = Lane(repeating: rest)
  for i in 0..<count { v[i] = p[i] }
  return v
}

/// `a + x · y`: fused where the instruction set can. (Without FMA, `addProduct` would call `fmaf` per lane.)
@inline(always) func accumulate(_ a: inout Lane, _ x: Lane, _ y: Lane) {
  #if ISA_BASELINE
    a += x * y
  #else
    a.addProduct(x, y)
  #endif
}

/// `factor · x + a`.
@inline(always) func product(_ factor: Float, _ x: Lane, plus a: Lane) -> Lane {
  var sum = a
  accumulate(&sum, Lane(repeating: factor), x)
  return sum
}

/// The larger of both, NaN if either is: the instruction keeps a NaN in `a` only.
@inline(always) func maximum(_ a: Lane, _ b: Lane) -> Lane {
  larger(a, b).replacing(with: b, where: b .!= b)
}

@inline(always) func maximum(_ a: Float, _ b: Float) -> Float { b > a || b != b ? b : a }

/// `max(v, 0)`, NaN stays NaN.
@inline(always) func rectified(_ v: Lane) -> Lane { v.replacing(with: 0, where: v .< 0) }

/// The same of `count` floats in place. Every value is stored: a loop that stores zeros only where they belong has a branch
/// for each value where the instruction set has no masked stores.
@inline(always) func rectify(_ p: Out, _ count: Int) {
  var i = 0
  while i &+ L <= count {
    store(p + i, rectified(load(p + i)))
    i &+= L
  }
  while i < count {
    p[i] = p[i] < 0 ? 0 : p[i]
    i &+= 1
  }
}

/// Lanes 0, 2, 4, … of `a` followed by those of `b`.
@inline(always) func evenLanes(_ a: Lane, _ b: Lane) -> Lane {
  Lane(lowHalf: a.evenHalf, highHalf: b.evenHalf)
}

/// Lanes 1, 3, 5, … of `a` followed by those of `b`.
@inline(always) func oddLanes(_ a: Lane, _ b: Lane) -> Lane { Lane(lowHalf: a.oddHalf, highHalf: b.oddHalf) }

/// Adds the lanes pairwise, the same tree on every instruction set's own width.
@inline(always) func sum(_ v: Lane) -> Float {
  #if ISA_AVX512
    let v8 = v.lowHalf + v.highHalf
    let v4 = v8.lowHalf + v8.highHalf
  #elseif ISA_AVX2
    let v4 = v.lowHalf + v.highHalf
  #else
    let v4 = v
  #endif
  return (v4[0] + v4[2]) + (v4[1] + v4[3])
}

/// The larger of both in one instruction, `a` if either is NaN.
@inline(always) func larger(_ a: Lane, _ b: Lane) -> Lane { a.replacing(with: b, where: b .> a) }

/// The largest of `4 · L` floats if none is NaN. From memory and in narrow vectors: of halves of a wide one LLVM would make
/// selects without their comparisons.
@inline(never) func largest(at p: In) -> Float {
  var m = UnsafeRawPointer(p).loadUnaligned(as: SIMD4<Float>.self)
  for i in 1..<L {
    let x = UnsafeRawPointer(p + 4 &* i).loadUnaligned(as: SIMD4<Float>.self)
    m = m.replacing(with: x, where: x .> m)
  }
  return larger(larger(m[0], m[1]), larger(m[2], m[3]))
}

@inline(always) private func larger(_ a: Float, _ b: Float) -> Float { b > a ? b : a }

/// A mask of the first `count` lanes.
@inline(always) func firstLanes(_ count: Int) -> SIMDMask<Lane.MaskStorage> {
  var places = Lane.zero
  for i in 0..<L { places[i] = Float(i) }
  return places .< Lane(repeating: Float(count))
}

/// Lanes of both in turns.
@inline(always) func interleaved(_ a: Lane, _ b: Lane) -> (low: Lane, high: Lane) {
  var (low, high) = (Lane.zero, Lane.zero)
  low.evenHalf = a.lowHalf
  low.oddHalf = b.lowHalf
  high.evenHalf = a.highHalf
  high.oddHalf = b.highHalf
  return (low, high)
}
