// Loops for the roofs: as many independent chains as latency × throughput asks for, and no memory in the first.

#if ISA_AVX512
  private typealias Chains = InlineArray<24, Lane>
#else
  private typealias Chains = InlineArray<12, Lane>
#endif

@inline(never)
public func probeMultiplyAdd(_ iterations: Int, _ sink: UnsafeMutablePointer<Float>) -> Int {
  let factor = Lane(repeating: sink[0])
  let addend = Lane(repeating: sink[1])
  var chains = Chains(repeating: addend)
  for i in chains.indices { chains[i] = addend * Float(i) }
  for _ in 0..<iterations {
    for i in chains.indices { chains[i] = multiplyAdd(chains[i], factor, addend) }
  }
  var total = Lane.zero
  for i in chains.indices { total += chains[i] }
  sink[0] = sum(total)
  return iterations &* chains.count &* L &* 2
}

/// `a · x + y`, the accumulator being the factor, so that the compiler cannot shorten the chain.
@inline(always) private func multiplyAdd(_ a: Lane, _ x: Lane, _ y: Lane) -> Lane {
  #if ISA_BASELINE
    a * x + y
  #else
    y.addingProduct(a, x)
  #endif
}

@inline(never)
public func probeRead(_ source: UnsafePointer<Float>, _ count: Int, _ sink: UnsafeMutablePointer<Float>) {
  var sums = InlineArray<8, Lane>(repeating: .zero)
  var i = 0
  while i < count {
    for j in 0..<8 { sums[j] += load(source + (i &+ j &* L)) }
    i &+= 8 &* L
  }
  var total = Lane.zero
  for j in 0..<8 { total += sums[j] }
  sink[0] += sum(total)
}

@inline(never)
public func probeCopy(_ source: UnsafePointer<Float>, _ count: Int, _ target: UnsafeMutablePointer<Float>) {
  var i = 0
  while i < count {
    for j in 0..<4 { store(target + (i &+ j &* L), load(source + (i &+ j &* L))) }
    i &+= 4 &* L
  }
}
