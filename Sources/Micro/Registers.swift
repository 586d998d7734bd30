import CPlatform

// Between memory and registers.

/// Between the steps of an unrolled loop, where 16 registers are few: each step's broadcast is loaded when it is used.
@inline(always) func keepOrder() {
  #if !ISA_AVX512
    cplatform_keep_order()
  #endif
}

/// Floats from a weight to those that are asked for while it is used. A core that waits for its loads takes 8 GB/s from a slow third
/// cache, with this 22 (Sapphire Rapids); from 1024 to 16384 on that is much the same.
private let weightsAhead = 2048

/// Asks for the line of weights that comes some thousand later.
@inline(always) func prefetchWeights(_ weights: In) { cplatform_prefetch_far(weights + weightsAhead) }

/// Zeros in registers. `InlineArray(repeating:)` becomes a call for long arrays, which would pin them to memory; this
/// load of any readable memory is dropped, as every element is overwritten.
@inline(always) func registers<let N: Int>(at memory: In) -> InlineArray<N, Lane> {
  var array = UnsafeRawPointer(memory).loadUnaligned(as: InlineArray<N, Lane>.self)
  for i in 0..<N { array[i] = .zero }
  return array
}

enum Registers<let N: Int> {
  /// `N` neighbouring vectors.
  @inline(always) static func loaded(_ source: In) -> InlineArray<N, Lane> {
    var array: InlineArray<N, Lane> = registers(at: source)
    for i in 0..<N { array[i] = load(source + i &* L) }
    return array
  }
}

/// Whole vectors, the last of them moved back so that it ends with the run.
@inline(always) func copyRun(_ source: In, _ target: Out, _ count: Int) {
  if count < L { return copy(source, target, count) }
  var i = 0
  while i &+ L < count {
    store(target + i, load(source + i))
    i &+= L
  }
  store(target + (count &- L), load(source + (count &- L)))
}

/// Copies `count` floats by two overlapping vectors of half their length or more.
@inline(always) func copy(_ source: In, _ target: Out, _ count: Int) {
  if count >= 16 {
    move(SIMD16<Float>.self, source, target, 0)
    if count > 16 { move(SIMD16<Float>.self, source, target, count &- 16) }
  } else if count >= 8 {
    move(SIMD8<Float>.self, source, target, 0)
    move(SIMD8<Float>.self, source, target, count &- 8)
  } else if count >= 4 {
    move(SIMD4<Float>.self, source, target, 0)
    move(SIMD4<Float>.self, source, target, count &- 4)
  } else {
    for i in 0..<count { target[i] = source[i] }
  }
}

@inline(always) func move<V: SIMD>(_: V.Type, _ source: In, _ target: Out, _ at: Int)
where V.Scalar == Float {
  let v = UnsafeRawPointer(source + at).loadUnaligned(as: V.self)
  UnsafeMutableRawPointer(target + at).storeBytes(of: v, as: V.self)
}
