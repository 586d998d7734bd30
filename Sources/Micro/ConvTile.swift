import CPlatform
import MicroKernelAPI

// Register block: pixels × 2 vectors of output channels. AVX-512 has 32 registers: 14 × 2 accumulators, 2 weights,
// 1 broadcast. AVX2 and SSE2 have 16, and LLVM keeps all broadcasts of a step alive: 5 × 2 and 4 × 2.
#if ISA_AVX512
  let pixelTile = 14
#elseif ISA_AVX2
  let pixelTile = 5
#else
  let pixelTile = 4
#endif

@inline(never)
public func convTile(_ tile: UnsafePointer<ConvTile>) {
  withUnsafeTemporaryAllocation(byteCount: 32 * 32 * 4, alignment: 64) { stack in
    let sums = stack.baseAddress!.assumingMemoryBound(to: Float.self)
    switch tile.pointee.pixels {
    case 1: Block<1>.sum(tile, into: sums)
    case 2: Block<2>.sum(tile, into: sums)
    case 3: Block<3>.sum(tile, into: sums)
    case 4: Block<4>.sum(tile, into: sums)
    #if !ISA_BASELINE
      case 5: Block<5>.sum(tile, into: sums)
    #endif
    #if ISA_AVX512
      case 6: Block<6>.sum(tile, into: sums)
      case 7: Block<7>.sum(tile, into: sums)
      case 8: Block<8>.sum(tile, into: sums)
      case 9: Block<9>.sum(tile, into: sums)
      case 10: Block<10>.sum(tile, into: sums)
      case 11: Block<11>.sum(tile, into: sums)
      case 12: Block<12>.sum(tile, into: sums)
      case 13: Block<13>.sum(tile, into: sums)
      case 14: Block<14>.sum(tile, into: sums)
    #endif
    default: fatalError("a tile of \(tile.pointee.pixels) pixels; at most \(pixelTile)")
    }
    if tile.pointee.outputChannelStride == 1 {
      storeByPixel(sums, tile)
    } else {
      storeByChannel(sums, tile)
    }
  }
}

/// `P` pixels × two vectors of output channels in registers. A function of its own for each P: sharing one frame
/// with other loops or with the stores makes LLVM spill accumulators inside the loop.
enum Block<let P: Int> {
  @inline(never) static func sum(_ tile: UnsafePointer<ConvTile>, into target: Out) {
    let t = tile.pointee
    var low: InlineArray<P, Lane> = registers(at: target)
    var high: InlineArray<P, Lane> = registers(at: target)
    var weights = t.weights
    var plane = t.input
    for c in 0..<t.channels {
      // What will be stored: first and last pixel per output channel.
      let target = min(c, 2 &* t.outputs &- 1)
      cplatform_prefetch(t.output + ((target >> 1) &* t.outputChannelStride &+ (target & 1) &* (P &- 1)))
      for k in 0..<t.tapCount {
        let x = plane + t.taps[k]
        let w0 = load(weights)
        let w1 = load(weights + L)
        for p in 0..<P {
          let pixel = Lane(repeating: x[p])
          accumulate(&low[p], pixel, w0)
          accumulate(&high[p], pixel, w1)
        }
        weights += 2 &* L
      }
      plane += t.channelStride
    }
    let (b0, b1) = (load(t.bias), load(t.bias + L))
    for p in 0..<P {
      store(target + p &* 2 &* L, low[p] + b0)
      store(target + (p &* 2 &+ 1) &* L, high[p] + b1)
    }
  }
}

/// Output with channels innermost (dense layers): rows of sums go out as they are.
@inline(never) private func storeByPixel(_ sums: Out, _ tile: UnsafePointer<ConvTile>) {
  let t = tile.pointee
  for p in 0..<t.pixels {
    let (row, target) = (sums + p &* 2 &* L, t.output + p &* t.outputPixelStride)
    finish(row, target, t.outputs, t)
    copy(row, target, t.outputs)
  }
}

/// Output with pixels innermost: blocks of L × L are transposed, then the pixels of each channel go out.
@inline(never) private func storeByChannel(_ sums: Out, _ tile: UnsafePointer<ConvTile>) {
  let t = tile.pointee
  var channel = 0
  while channel < t.outputs {
    var pixel = 0
    while pixel < t.pixels {
      let block = sums + (pixel &* 2 &* L &+ channel)
      let count = min(t.pixels &- pixel, L)
      transpose(block)
      storeRows(
        block, t.output + (channel &* t.outputChannelStride &+ pixel), min(L, t.outputs &- channel), count, t)
      pixel &+= L
    }
    channel &+= L
  }
}

/// `rows` channels of `count` pixels each: rest of the epilogue, then two overlapping vectors per row.
@inline(__always) private func storeRows(
  _ block: Out, _ target: Out, _ rows: Int, _ count: Int, _ t: ConvTile
) {
  if t.epilogue.residual != nil || t.epilogue.relu {
    for o in 0..<rows { finish(block + o &* 2 &* L, target + o &* t.outputChannelStride, count, t) }
  }
  if count >= 8 {
    for o in 0..<rows {
      move(SIMD8<Float>.self, block + o &* 2 &* L, target + o &* t.outputChannelStride, 0)
      move(SIMD8<Float>.self, block + o &* 2 &* L, target + o &* t.outputChannelStride, count &- 8)
    }
  } else {
    for o in 0..<rows { copy(block + o &* 2 &* L, target + o &* t.outputChannelStride, count) }
  }
}

/// Residual and ReLU on `count` sums that will go to `target`.
@inline(__always) private func finish(_ sums: Out, _ target: Out, _ count: Int, _ t: ConvTile) {
  if let residual = t.epilogue.residual {
    let source = residual + (target - t.output)
    for i in 0..<count { sums[i] += source[i] }
  }
  if t.epilogue.relu { for i in 0..<count where sums[i] < 0 { sums[i] = 0 } }
}

/// Transposes L rows of L floats, 2·L apart, in place. log2(L) perfect shuffles: each moves the top bit of the row
/// number below the bits of the column.
@inline(__always) private func transpose(_ block: Out) {
  shuffle(block)
  shuffle(block)
  #if ISA_AVX2 || ISA_AVX512
    shuffle(block)
  #endif
  #if ISA_AVX512
    shuffle(block)
  #endif
}

/// One shuffle, from memory to memory: inlined, LLVM would merge the stages into long chains of permutations.
@inline(never) private func shuffle(_ block: Out) {
  var rows: InlineArray<16, Lane> = registers(at: block)
  for i in 0..<L { rows[i] = load(block + i &* 2 &* L) }
  for i in 0..<L / 2 {
    store(block + 2 &* i &* 2 &* L, interleavedLow(rows[i], rows[i &+ L / 2]))
    store(block + (2 &* i &+ 1) &* 2 &* L, interleavedHigh(rows[i], rows[i &+ L / 2]))
  }
}

/// Zeros in registers. `InlineArray(repeating:)` becomes a call for long arrays, which would pin them to memory; this
/// load of any readable memory is dropped, as every element is overwritten.
@inline(__always) func registers<let N: Int>(at memory: In) -> InlineArray<N, Lane> {
  var array = UnsafeRawPointer(memory).loadUnaligned(as: InlineArray<N, Lane>.self)
  for i in 0..<N { array[i] = .zero }
  return array
}

/// Copies `count` floats by two overlapping vectors of half their length or more.
@inline(__always) func copy(_ source: In, _ target: Out, _ count: Int) {
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

@inline(__always) private func move<V: SIMD>(_: V.Type, _ source: In, _ target: Out, _ at: Int)
where V.Scalar == Float {
  let v = UnsafeRawPointer(source + at).loadUnaligned(as: V.self)
  UnsafeMutableRawPointer(target + at).storeBytes(of: v, as: V.self)
}
