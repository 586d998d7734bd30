import CPlatform
import MicroKernelAPI

// A `ConvTile` whose channels lie in blocks of a vector: pixels and weights are each read from a few runs of memory, one of
// lines for every pixel and one for all weights, where planes of channels would be a page each.

func blockSums(_ tile: UnsafePointer<ConvTile>, into sums: Halves) {
  let isNarrow = tile.pointee.outputs <= L
  switch tile.pointee.pixelStep {
  case 1: isNarrow ? BlockSums<1, 1>.run(tile, into: sums) : BlockSums<1, 2>.run(tile, into: sums)
  default: isNarrow ? BlockSums<2, 1>.run(tile, into: sums) : BlockSums<2, 2>.run(tile, into: sums)
  }
}

/// `Step`: from a pixel to the next. `V`: vectors of output channels.
private enum BlockSums<let Step: Int, let V: Int> {
  @inline(always) static func run(_ tile: UnsafePointer<ConvTile>, into sums: Halves) {
    switch tile.pointee.pixels {
    case 1: ChannelBlocks<1, Step, V>.sum(tile, into: sums)
    case 2: ChannelBlocks<2, Step, V>.sum(tile, into: sums)
    case 3: ChannelBlocks<3, Step, V>.sum(tile, into: sums)
    case 4: ChannelBlocks<4, Step, V>.sum(tile, into: sums)
    case 5: ChannelBlocks<5, Step, V>.sum(tile, into: sums)
    case 6: ChannelBlocks<6, Step, V>.sum(tile, into: sums)
    #if ISA_AVX512
      case 7: ChannelBlocks<7, Step, V>.sum(tile, into: sums)
      case 8: ChannelBlocks<8, Step, V>.sum(tile, into: sums)
      case 9: ChannelBlocks<9, Step, V>.sum(tile, into: sums)
      case 10: ChannelBlocks<10, Step, V>.sum(tile, into: sums)
      case 11: ChannelBlocks<11, Step, V>.sum(tile, into: sums)
      case 12: ChannelBlocks<12, Step, V>.sum(tile, into: sums)
      case 13: ChannelBlocks<13, Step, V>.sum(tile, into: sums)
      case 14: ChannelBlocks<14, Step, V>.sum(tile, into: sums)
    #endif
    default: fatalError("a tile of \(tile.pointee.pixels) pixels; at most \(pixelTile)")
    }
  }
}

/// `P` pixels × `V` vectors of output channels in registers: a function of its own for each P, as in `ConvBlock`.
private enum ChannelBlocks<let P: Int, let Step: Int, let V: Int> {
  @inline(never) static func sum(_ tile: UnsafePointer<ConvTile>, into target: Halves) {
    let t = tile.pointee
    var low: InlineArray<P, Lane> = registers(at: target.low)
    var high: InlineArray<P, Lane> = registers(at: target.low)
    var weights = t.weights
    #if ISA_AVX512
      var ahead = t.ahead
    #endif
    var block = t.input
    var left = t.channels
    var stored = 0
    let storedPerTap = 2 &* t.outputs &* L / (t.channels &* t.tapCount) &+ 1
    while left > 0 {
      for k in 0..<t.tapCount {
        // What will be stored: first and last pixel per output channel.
        let due = min(stored &+ storedPerTap, 2 &* t.outputs)
        while stored < due {
          cplatform_prefetch(t.output + ((stored >> 1) &* t.outputChannelStride &+ (stored & 1) &* (P &- 1)))
          stored &+= 1
        }
        var x = block + t.taps[k]
        let end = x + min(left, L)
        #if ISA_AVX512
          // Pixels of the next tap, one with each step.
          var next = k &+ 1 < t.tapCount ? block + t.taps[k &+ 1] : block + (t.channelStride &+ t.taps[0])
        #endif
        repeat {
          let w0 = load(weights)
          let w1 = V == 2 ? load(weights + L) : w0
          // With shorter vectors the loads of a step leave no room for more.
          #if ISA_AVX512
            cplatform_prefetch(weights + 16 &* L)
            if V == 2 { cplatform_prefetch(weights + 17 &* L) }
            cplatform_prefetch_far(ahead)
            cplatform_prefetch(next)
            ahead += t.aheadStep
            next += Step &* L
          #endif
          for p in 0..<P {
            let pixel = Lane(repeating: x[p &* Step &* L])
            accumulate(&low[p], pixel, w0)
            if V == 2 { accumulate(&high[p], pixel, w1) }
            keepOrder()
          }
          weights += 2 &* L
          x += 1
        } while x < end
      }
      block += t.channelStride
      left &-= L
    }
    let (b0, b1) = (load(t.bias), load(t.bias + L))
    for p in 0..<P {
      store(target.low + p &* L, low[p] + b0)
      if V == 2 { store(target.high + p &* L, high[p] + b1) }
    }
  }
}
