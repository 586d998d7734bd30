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
  let halves = Halves(low: tile.pointee.scratch, high: tile.pointee.scratch + 16 &* L)
  sum(tile, into: halves)
  if tile.pointee.outputChannelStride == 1 {
    storeByPixel(halves, tile)
  } else {
    storeByChannel(halves.low, tile, from: 0)
    if tile.pointee.outputs > L { storeByChannel(halves.high, tile, from: L) }
  }
}

/// Sums of the first and of the second vector of output channels: `[pixel][L]`, room for squares of L × L.
struct Halves {
  let low: Out
  let high: Out
}

@inline(always) private func sum(_ tile: UnsafePointer<ConvTile>, into sums: Halves) {
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
}

/// `P` pixels × two vectors of output channels in registers. A function of its own for each P: sharing one frame
/// with other loops or with the stores makes LLVM spill accumulators inside the loop.
enum Block<let P: Int> {
  @inline(never) static func sum(_ tile: UnsafePointer<ConvTile>, into target: Halves) {
    let t = tile.pointee
    var low: InlineArray<P, Lane> = registers(at: target.low)
    var high: InlineArray<P, Lane> = registers(at: target.low)
    var weights = t.weights
    var plane = t.input
    for c in 0..<t.channels {
      // What will be stored: first and last pixel per output channel.
      let stored = min(c, 2 &* t.outputs &- 1)
      cplatform_prefetch(t.output + ((stored >> 1) &* t.outputChannelStride &+ (stored & 1) &* (P &- 1)))
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
      store(target.low + p &* L, low[p] + b0)
      store(target.high + p &* L, high[p] + b1)
    }
  }
}

/// Output with channels innermost (dense layers): rows of sums go out as they are.
@inline(never) private func storeByPixel(_ sums: Halves, _ tile: UnsafePointer<ConvTile>) {
  let t = tile.pointee
  for p in 0..<t.pixels {
    let target = t.output + p &* t.outputPixelStride
    let count = min(t.outputs, L)
    finish(sums.low + p &* L, target, count, t)
    copy(sums.low + p &* L, target, count)
    if t.outputs > L {
      finish(sums.high + p &* L, target + L, t.outputs &- L, t)
      copy(sums.high + p &* L, target + L, t.outputs &- L)
    }
  }
}

/// Output with pixels innermost: a square of L × L is transposed, then the pixels of each channel from `first` on go out.
@inline(never) private func storeByChannel(_ sums: Out, _ tile: UnsafePointer<ConvTile>, from first: Int) {
  let t = tile.pointee
  transpose(sums)
  storeRows(sums, t.output + first &* t.outputChannelStride, min(L, t.outputs &- first), t.pixels, t)
}

/// `rows` channels of `count` pixels each: rest of the epilogue, then two overlapping vectors per row.
@inline(always) private func storeRows(
  _ square: Out, _ target: Out, _ rows: Int, _ count: Int, _ t: ConvTile
) {
  if t.epilogue.residual != nil || t.epilogue.relu {
    for o in 0..<rows { finish(square + o &* L, target + o &* t.outputChannelStride, count, t) }
  }
  if count >= 8 {
    for o in 0..<rows {
      move(SIMD8<Float>.self, square + o &* L, target + o &* t.outputChannelStride, 0)
      move(SIMD8<Float>.self, square + o &* L, target + o &* t.outputChannelStride, count &- 8)
    }
  } else {
    for o in 0..<rows { copy(square + o &* L, target + o &* t.outputChannelStride, count) }
  }
}

/// Residual and ReLU on `count` sums that will go to `target`.
@inline(always) private func finish(_ sums: Out, _ target: Out, _ count: Int, _ t: ConvTile) {
  if let residual = t.epilogue.residual {
    let source = residual + (target - t.output)
    for i in 0..<count { sums[i] += source[i] }
  }
  if t.epilogue.relu { for i in 0..<count where sums[i] < 0 { sums[i] = 0 } }
}

/// Transposes L × L floats in place. log2(L) perfect shuffles: each moves the top bit of the row
/// number below the bits of the column.
@inline(always) private func transpose(_ block: Out) {
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
  for i in 0..<L { rows[i] = load(block + i &* L) }
  for i in 0..<L / 2 {
    store(block + 2 &* i &* L, interleavedLow(rows[i], rows[i &+ L / 2]))
    store(block + (2 &* i &+ 1) &* L, interleavedHigh(rows[i], rows[i &+ L / 2]))
  }
}
