import MicroKernelAPI

// Vectorised over pixels: for few output channels per group (depthwise, ResNeXt's groups, attention's 7×7).

@inline(never)
public func convRow(_ row: UnsafePointer<ConvRow>) {
  switch row.pointee.block {
  case 1: Strip<1>.run(row)
  case 2: Strip<2>.run(row)
  default: Strip<4>.run(row)
  }
}

/// `O` output channels of a row, in steps of four, two or one vectors of pixels.
enum Strip<let O: Int> {
  @inline(__always) static func run(_ row: UnsafePointer<ConvRow>) {
    let r = row.pointee
    var x = 0
    while x < r.width {
      let left = r.width &- x
      #if ISA_AVX512
        if left > 2 &* L { Cell<O, 4>.run(r, x); x &+= 4 &* L; continue }
      #else
        if O == 1 && left > 2 &* L { Cell<O, 4>.run(r, x); x &+= 4 &* L; continue }
      #endif
      if left > L { Cell<O, 2>.run(r, x); x &+= 2 &* L } else { Cell<O, 1>.run(r, x); x &+= L }
    }
  }
}

enum Cell<let O: Int, let V: Int> {
  @inline(__always) static func run(_ r: ConvRow, _ x: Int) {
    var sums = InlineArray<O, InlineArray<V, Lane>>(repeating: InlineArray<V, Lane>(repeating: .zero))
    var weights = r.weights
    var plane = r.input + x
    for _ in 0..<r.channels {
      for k in 0..<r.tapCount {
        let source = plane + r.taps[k]
        for v in 0..<V {
          let pixels = load(source + v &* L)
          for o in 0..<O { accumulate(&sums[o][v], pixels, Lane(repeating: weights[o])) }
        }
        weights += O
      }
      plane += r.channelStride
    }
    for o in 0..<O where o < r.outputs {
      for v in 0..<V where x &+ v &* L < r.width {
        let at = o &* r.outputChannelStride &+ x &+ v &* L
        let count = r.width &- x &- v &* L
        var result = sums[o][v] + Lane(repeating: r.bias[o])
        if let residual = r.epilogue.residual { result += load(residual + at, first: count) }
        if r.epilogue.relu { result = rectified(result) }
        store(r.output + at, result, first: count)
      }
    }
  }
}
