import MicroKernelAPI

#if ISA_AVX512
  private typealias Chains = InlineArray<24, Lane>
#else
  private typealias Chains = InlineArray<12, Lane>
#endif

/// Loops for the roofs: as many independent chains as latency × throughput asks for, and no memory in the first.
enum Probes: ProbeCode {
  /// Both factors are kept, as in a convolution or a matrix product.
  @inline(never) static func multiplyAdd(_ iterations: Int, _ sink: UnsafeMutablePointer<Float>) -> Int {
    let factor = Lane(repeating: sink[0])
    let addend = Lane(repeating: sink[1])
    var chains: Chains = registers(at: sink)
    for i in chains.indices { chains[i] = addend * Float(i) }
    for _ in 0..<iterations {
      for i in chains.indices { advance(&chains[i], factor, addend, sink) }
    }
    var total = Lane.zero
    for i in chains.indices { total += chains[i] }
    sink[0] = sum(total)
    return iterations &* chains.count &* L &* 2
  }

  /// With FMA `a · x + y`, the accumulator being a factor, so that the compiler cannot shorten the chain. Without FMA an
  /// instruction overwrites one of its two factors, so a product of factors that are needed again takes a load or a copy, a
  /// multiplication and an addition: here too, as the compiler may not keep what it has loaded.
  @inline(always) private static func advance(_ a: inout Lane, _ x: Lane, _ y: Lane, _ memory: In) {
    #if ISA_BASELINE
      a += load(memory) * x
      keepOrder()
    #else
      a = y.addingProduct(a, x)
    #endif
  }

  @inline(never) static func read(
    _ source: UnsafePointer<Float>, _ count: Int, _ sink: UnsafeMutablePointer<Float>
  ) {
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

  @inline(never) static func copy(
    _ source: UnsafePointer<Float>, _ count: Int, _ target: UnsafeMutablePointer<Float>
  ) {
    var i = 0
    while i < count {
      for j in 0..<4 { store(target + (i &+ j &* L), load(source + (i &+ j &* L))) }
      i &+= 4 &* L
    }
  }
}
