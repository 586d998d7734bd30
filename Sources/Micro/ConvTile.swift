import CPlatform
import MicroKernelAPI

// Register block: pixels × 2 vectors of output channels. AVX-512 has 32 registers: 14 × 2 accumulators, 2 weights,
// 1 broadcast. AVX2 and SSE2 have 16: 6 × 2 accumulators, 2 weights, 1 broadcast, and without FMA 1 product.
#if ISA_AVX512
  let pixelTile = 14
#else
  let pixelTile = 6
#endif

extension Code {
  @inline(never) static func convTile(_ tile: UnsafePointer<ConvTile>) {
    let halves = Halves(low: tile.pointee.scratch, high: tile.pointee.scratch + 16 &* L)
    if tile.pointee.pixelStep > 0 {
      blockSums(tile, into: halves)
    } else if tile.pointee.inputOffsets == nil {
      ConvSums<0>.run(tile, into: halves)
    } else {
      ConvSums<1>.run(tile, into: halves)
    }
    if tile.pointee.outputOffsets != nil {
      storeScattered(halves, tile)
    } else if tile.pointee.outputChannelStride == 1 {
      storeByPixel(halves, tile)
    } else {
      storeByChannel(halves.low, tile, from: 0)
      if tile.pointee.outputs > L { storeByChannel(halves.high, tile, from: L) }
    }
  }
}

/// Sums of the first and of the second vector of output channels: `[pixel][L]`.
struct Halves {
  let low: Out
  let high: Out
}

/// `Scattered`: 1 if each pixel has its offset, 0 if they are neighbours.
private enum ConvSums<let Scattered: Int> {
  @inline(always) static func run(_ tile: UnsafePointer<ConvTile>, into sums: Halves) {
    switch tile.pointee.pixels {
    case 1: ConvBlock<1, Scattered>.sum(tile, into: sums)
    case 2: ConvBlock<2, Scattered>.sum(tile, into: sums)
    case 3: ConvBlock<3, Scattered>.sum(tile, into: sums)
    case 4: ConvBlock<4, Scattered>.sum(tile, into: sums)
    case 5: ConvBlock<5, Scattered>.sum(tile, into: sums)
    case 6: ConvBlock<6, Scattered>.sum(tile, into: sums)
    #if ISA_AVX512
      case 7: ConvBlock<7, Scattered>.sum(tile, into: sums)
      case 8: ConvBlock<8, Scattered>.sum(tile, into: sums)
      case 9: ConvBlock<9, Scattered>.sum(tile, into: sums)
      case 10: ConvBlock<10, Scattered>.sum(tile, into: sums)
      case 11: ConvBlock<11, Scattered>.sum(tile, into: sums)
      case 12: ConvBlock<12, Scattered>.sum(tile, into: sums)
      case 13: ConvBlock<13, Scattered>.sum(tile, into: sums)
      case 14: ConvBlock<14, Scattered>.sum(tile, into: sums)
    #endif
    default: fatalError("a tile of \(tile.pointee.pixels) pixels; at most \(pixelTile)")
    }
  }
}

/// `P` pixels × two vectors of output channels in registers. A function of its own for each P: sharing one frame
/// with other loops or with the stores makes LLVM spill accumulators inside the loop. `Scattered` as above.
enum ConvBlock<let P: Int, let Scattered: Int> {
  @inline(never) static func sum(_ tile: UnsafePointer<ConvTile>, into target: Halves) {
    let t = tile.pointee
    var low: InlineArray<P, Lane> = registers(at: target.low)
    var high: InlineArray<P, Lane> = registers(at: target.low)
    var weights = t.weights
    var plane = t.input
    let offsets = t.inputOffsets ?? t.taps
    for c in 0..<t.channels {
      // What will be stored: first and last pixel per output channel.
      let stored = min(c, 2 &* t.outputs &- 1)
      cplatform_prefetch(t.output + ((stored >> 1) &* t.outputChannelStride &+ (stored & 1) &* (P &- 1)))
      for k in 0..<t.tapCount {
        let x = plane + t.taps[k]
        let w0 = load(weights)
        let w1 = load(weights + L)
        // With shorter vectors the loads of a step leave no room for more.
        #if ISA_AVX512
          prefetchWeights(weights)
          prefetchWeights(weights + L)
        #endif
        for p in 0..<P {
          let pixel = Lane(repeating: Scattered == 1 ? x[offsets[p]] : x[p])
          accumulate(&low[p], pixel, w0)
          accumulate(&high[p], pixel, w1)
          // With offsets LLVM would load all pixels first on 32 registers as well, and spill sums for them.
          if Scattered == 1 { cplatform_keep_order() } else { keepOrder() }
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

/// Each pixel where it belongs, channel by channel: for maps of several images in one tile.
@inline(never) private func storeScattered(_ sums: Halves, _ tile: UnsafePointer<ConvTile>) {
  let t = tile.pointee
  guard let offsets = t.outputOffsets else { return }
  for c in 0..<t.outputs {
    let row = c < L ? sums.low + c : sums.high + (c &- L)
    for p in 0..<t.pixels {
      let at = c &* t.outputChannelStride &+ offsets[p]
      var sum = row[p &* L]
      if let residual = t.epilogue.residual { sum += residual[at] }
      t.output[at] = t.epilogue.relu && sum < 0 ? 0 : sum
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

/// Output with pixels innermost: blocks of 4 pixels × 4 channels are transposed on their way; where four do not divide the
/// pixels, the last block is moved back.
@inline(never) private func storeByChannel(_ sums: Out, _ tile: UnsafePointer<ConvTile>, from first: Int) {
  let t = tile.pointee
  let channels = min(L, t.outputs &- first)
  let whole = t.pixels < 4 ? 0 : channels & ~3
  var c = 0
  while c < whole {
    var p = 0
    while p < t.pixels {
      let pixel = min(p, t.pixels &- 4)
      storeSquare(sums + (pixel &* L &+ c), (first &+ c) &* t.outputChannelStride &+ pixel, t)
      p &+= 4
    }
    c &+= 4
  }
  while c < channels {
    for p in 0..<t.pixels {
      let at = (first &+ c) &* t.outputChannelStride &+ p
      var sum = sums[p &* L &+ c]
      if let residual = t.epilogue.residual { sum += residual[at] }
      t.output[at] = t.epilogue.relu && sum < 0 ? 0 : sum
    }
    c &+= 1
  }
}

/// Four pixels, `L` floats apart, of four channels.
@inline(always) private func storeSquare(_ sums: Out, _ at: Int, _ t: ConvTile) {
  let square = Square(sums, L).transposed
  store(square.r0, at, t)
  store(square.r1, at &+ t.outputChannelStride, t)
  store(square.r2, at &+ 2 &* t.outputChannelStride, t)
  store(square.r3, at &+ 3 &* t.outputChannelStride, t)
}

/// Four pixels of one channel: the rest of the epilogue, then out.
@inline(always) private func store(_ sums: Four, _ at: Int, _ t: ConvTile) {
  var v = sums
  if let residual = t.epilogue.residual { v += load4(residual + at) }
  if t.epilogue.relu { v = v.replacing(with: 0, where: v .< 0) }
  store4(t.output + at, v)
}

/// Residual and ReLU on `count` sums that will go to `target`.
@inline(always) private func finish(_ sums: Out, _ target: Out, _ count: Int, _ t: ConvTile) {
  if let residual = t.epilogue.residual {
    let source = residual + (target - t.output)
    for i in 0..<count { sums[i] += source[i] }
  }
  if t.epilogue.relu { rectify(sums, count) }
}
