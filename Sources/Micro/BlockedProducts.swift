import CPlatform
import MicroKernelAPI

extension Code {
  @inline(never) static func blockedProducts(_ work: UnsafePointer<BlockedProducts>) {
    let w = work.pointee
    // Runs of at most `pixelTile` pixels whose lengths differ by one at most.
    let runs = (w.pixels &+ pixelTile &- 1) / pixelTile
    var first = 0
    for run in 0..<runs {
      let end = w.pixels &* (run &+ 1) / runs
      let (input, output) = (w.input + first &* L, w.output + first &* 2 &* L)
      switch end &- first {
      case 1: PixelProducts<1>.sum(w, input, output)
      case 2: PixelProducts<2>.sum(w, input, output)
      case 3: PixelProducts<3>.sum(w, input, output)
      case 4: PixelProducts<4>.sum(w, input, output)
      case 5: PixelProducts<5>.sum(w, input, output)
      case 6: PixelProducts<6>.sum(w, input, output)
      #if ISA_AVX512
        case 7: PixelProducts<7>.sum(w, input, output)
        case 8: PixelProducts<8>.sum(w, input, output)
        case 9: PixelProducts<9>.sum(w, input, output)
        case 10: PixelProducts<10>.sum(w, input, output)
        case 11: PixelProducts<11>.sum(w, input, output)
        case 12: PixelProducts<12>.sum(w, input, output)
        case 13: PixelProducts<13>.sum(w, input, output)
        case 14: PixelProducts<14>.sum(w, input, output)
      #endif
      default: fatalError("a run of \(end &- first) pixels; at most \(pixelTile)")
      }
      first = end
    }
  }
}

/// `P` pixels × two vectors of output channels in registers: a function of its own for each P, as in `ConvBlock`.
private enum PixelProducts<let P: Int> {
  @inline(never) static func sum(_ w: BlockedProducts, _ input: In, _ output: Out) {
    var low: InlineArray<P, Lane> = registers(at: w.weights)
    var high: InlineArray<P, Lane> = registers(at: w.weights)
    var weights = w.weights
    var block = input
    for _ in 0..<w.blocks {
      var x = block
      let end = block + L
      // Meanwhile the next block's pixels, a vector with each step.
      var next = block + w.blockStride
      repeat {
        let w0 = load(weights)
        let w1 = load(weights + L)
        prefetchWeights(weights)
        prefetchWeights(weights + L)
        cplatform_prefetch(next)
        next += L
        for p in 0..<P {
          let pixel = Lane(repeating: x[p &* L])
          accumulate(&low[p], pixel, w0)
          accumulate(&high[p], pixel, w1)
          keepOrder()
        }
        weights += 2 &* L
        x += 1
      } while x < end
      block += w.blockStride
    }
    for p in 0..<P {
      store(output + 2 &* p &* L, low[p])
      store(output + (2 &* p &+ 1) &* L, high[p])
    }
  }
}
