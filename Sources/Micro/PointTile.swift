import CPlatform
import MicroKernelAPI

// 1×1 convolution vectorised over pixels: input and output stay as they are, whole cache lines come and go.
#if ISA_AVX512
  let pointBlock = 14
  /// Channels per prefetch: as many as hide its address arithmetic.
  private let channelsAtOnce = 1
#else
  let pointBlock = 6
  private let channelsAtOnce = 4
#endif

extension Code {
  @inline(never) static func pointTile(_ tile: UnsafePointer<PointTile>) {
    let t = tile.pointee
    if t.pixels == 2 &* L {
      wide(tile, t.output, t.outputChannelStride)
    } else if t.pixels == L {
      narrow(tile, t.output, t.outputChannelStride)
    } else {
      if t.pixels > L { wide(tile, t.scratch, 2 &* L) } else { narrow(tile, t.scratch, 2 &* L) }
      for o in 0..<t.outputs {
        copy(t.scratch + 2 &* o &* L, t.output + o &* t.outputChannelStride, t.pixels)
      }
    }
    if t.epilogue.residual != nil || t.epilogue.relu { finish(tile) }
  }
}

@inline(never) private func wide(_ tile: UnsafePointer<PointTile>, _ target: Out, _ targetStride: Int) {
  #if ISA_BASELINE
    if tile.pointee.channelStride == 2 &* L { return panel(tile, target, targetStride) }
  #endif
  switch tile.pointee.outputs {
  case 1: Point<1, 2>.run(tile, target, targetStride)
  case 2: Point<2, 2>.run(tile, target, targetStride)
  case 3: Point<3, 2>.run(tile, target, targetStride)
  case 4: Point<4, 2>.run(tile, target, targetStride)
  case 5: Point<5, 2>.run(tile, target, targetStride)
  case 6: Point<6, 2>.run(tile, target, targetStride)
  #if ISA_AVX512
    case 7: Point<7, 2>.run(tile, target, targetStride)
    case 8: Point<8, 2>.run(tile, target, targetStride)
    case 9: Point<9, 2>.run(tile, target, targetStride)
    case 10: Point<10, 2>.run(tile, target, targetStride)
    case 11: Point<11, 2>.run(tile, target, targetStride)
    case 12: Point<12, 2>.run(tile, target, targetStride)
    case 13: Point<13, 2>.run(tile, target, targetStride)
    case 14: Point<14, 2>.run(tile, target, targetStride)
  #endif
  default: fatalError("\(tile.pointee.outputs) channels; at most \(pointBlock)")
  }
}

@inline(never) private func narrow(_ tile: UnsafePointer<PointTile>, _ target: Out, _ targetStride: Int) {
  switch tile.pointee.outputs {
  case 1: Point<1, 1>.run(tile, target, targetStride)
  case 2: Point<2, 1>.run(tile, target, targetStride)
  case 3: Point<3, 1>.run(tile, target, targetStride)
  case 4: Point<4, 1>.run(tile, target, targetStride)
  case 5: Point<5, 1>.run(tile, target, targetStride)
  case 6: Point<6, 1>.run(tile, target, targetStride)
  #if ISA_AVX512
    case 7: Point<7, 1>.run(tile, target, targetStride)
    case 8: Point<8, 1>.run(tile, target, targetStride)
    case 9: Point<9, 1>.run(tile, target, targetStride)
    case 10: Point<10, 1>.run(tile, target, targetStride)
    case 11: Point<11, 1>.run(tile, target, targetStride)
    case 12: Point<12, 1>.run(tile, target, targetStride)
    case 13: Point<13, 1>.run(tile, target, targetStride)
    case 14: Point<14, 1>.run(tile, target, targetStride)
  #endif
  default: fatalError("\(tile.pointee.outputs) channels; at most \(pointBlock)")
  }
}

#if ISA_BASELINE
  /// `O` output channels of a panel: channels follow each other, and so do weights.
  enum Panel<let O: Int> {
    @inline(never) static func run(_ tile: UnsafePointer<PointTile>, _ target: Out, _ targetStride: Int) {
      let t = tile.pointee
      var first: InlineArray<O, Lane> = registers(at: t.input)
      var second: InlineArray<O, Lane> = registers(at: t.input)
      var (weights, pixels) = (t.weights, t.input)
      for _ in 0..<t.channels {
        Point<O, 2>.step(&first, &second, weights, pixels)
        weights += t.block &* weightCopies
        pixels += 2 &* L
      }
      for o in 0..<O {
        let bias = Lane(repeating: t.bias[o])
        store(target + o &* targetStride, first[o] + bias)
        store(target + (o &* targetStride &+ L), second[o] + bias)
      }
    }
  }

  @inline(never) private func panel(_ tile: UnsafePointer<PointTile>, _ target: Out, _ targetStride: Int) {
    switch tile.pointee.outputs {
    case 1: Panel<1>.run(tile, target, targetStride)
    case 2: Panel<2>.run(tile, target, targetStride)
    case 3: Panel<3>.run(tile, target, targetStride)
    case 4: Panel<4>.run(tile, target, targetStride)
    case 5: Panel<5>.run(tile, target, targetStride)
    case 6: Panel<6>.run(tile, target, targetStride)
    default: fatalError("\(tile.pointee.outputs) channels; at most \(pointBlock)")
    }
  }
#endif

/// `O` output channels × `V` vectors of pixels in registers.
enum Point<let O: Int, let V: Int> {
  @inline(never) static func run(_ tile: UnsafePointer<PointTile>, _ target: Out, _ targetStride: Int) {
    let t = tile.pointee
    var first: InlineArray<O, Lane> = registers(at: t.input)
    var second: InlineArray<O, Lane> = registers(at: t.input)
    var (weights, pixels) = (t.weights, t.input)
    var due = t.ahead.first
    var c = 0
    while c &+ channelsAtOnce <= t.channels {
      prefetch(t, due, c)
      due &+= t.ahead.step &* channelsAtOnce
      for _ in 0..<channelsAtOnce {
        step(&first, &second, weights, pixels)
        weights += t.block &* weightCopies
        pixels += t.channelStride
      }
      c &+= channelsAtOnce
    }
    while c < t.channels {
      step(&first, &second, weights, pixels)
      weights += t.block &* weightCopies
      pixels += t.channelStride
      c &+= 1
    }
    for o in 0..<O {
      let bias = Lane(repeating: t.bias[o])
      store(target + o &* targetStride, first[o] + bias)
      if V == 2 { store(target + (o &* targetStride &+ L), second[o] + bias) }
    }
  }

  /// One channel.
  @inline(always) fileprivate static func step(
    _ first: inout InlineArray<O, Lane>, _ second: inout InlineArray<O, Lane>, _ weights: In, _ pixels: In
  ) {
    let x0 = load(pixels)
    let x1 = V == 2 ? load(pixels + L) : x0
    for o in 0..<O {
      let w = broadcastWeight(weights, o)
      accumulate(&first[o], w, x0)
      if V == 2 { accumulate(&second[o], w, x1) }
      keepOrder()
    }
  }

  /// Pixels of a later tile, and what will be stored: two vectors per output channel.
  @inline(always) private static func prefetch(_ t: PointTile, _ due: Int, _ channel: Int) {
    let vector = due >> Lookahead.shift
    cplatform_prefetch(t.ahead.base + ((vector >> 1) &* t.channelStride &+ (vector & 1) &* L))
    let target = min(channel / channelsAtOnce, 2 &* O &- 1)
    cplatform_prefetch(t.output + ((target >> 1) &* t.outputChannelStride &+ (target & 1) &* L))
  }
}

/// Residual and ReLU on what was stored.
@inline(never) private func finish(_ tile: UnsafePointer<PointTile>) {
  let t = tile.pointee
  for o in 0..<t.outputs {
    let row = t.output + o &* t.outputChannelStride
    if let residual = t.epilogue.residual {
      let source = residual + o &* t.outputChannelStride
      for i in 0..<t.pixels { row[i] += source[i] }
    }
    if t.epilogue.relu { rectify(row, t.pixels) }
  }
}
