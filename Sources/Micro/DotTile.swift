import MicroKernelAPI

// Dot products: vectors along the rows. Four pairs of a row and an output at once share what they load; each pair has as many
// sums as hide the time of an addition with one pair, whatever the block, so that its bits do not depend on its neighbours.
#if ISA_AVX512
  typealias DotChains = InlineArray<4, Lane>
#else
  typealias DotChains = InlineArray<2, Lane>
#endif

extension Code {
  @inline(never) static func dotTile(_ tile: UnsafePointer<DotTile>) {
    let (rows, outputs) = (tile.pointee.rows, tile.pointee.outputs)
    let rowBlock = outputs == 1 ? 4 : rows == 1 ? 1 : 2
    let outputBlock = 4 / rowBlock
    var o = 0
    while o < outputs {
      var r = 0
      while r < rows {
        block(tile, r, min(rowBlock, rows &- r), o, min(outputBlock, outputs &- o))
        r &+= rowBlock
      }
      o &+= outputBlock
    }
  }
}

@inline(always) private func block(
  _ tile: UnsafePointer<DotTile>, _ row: Int, _ rows: Int, _ output: Int, _ outputs: Int
) {
  switch (rows, outputs) {
  case (1, 1): Dots<1, 1>.run(tile, row, output)
  case (1, 2): Dots<1, 2>.run(tile, row, output)
  case (1, 3): Dots<1, 3>.run(tile, row, output)
  case (1, _): Dots<1, 4>.run(tile, row, output)
  case (2, 1): Dots<2, 1>.run(tile, row, output)
  case (2, _): Dots<2, 2>.run(tile, row, output)
  case (3, _): Dots<3, 1>.run(tile, row, output)
  default: Dots<4, 1>.run(tile, row, output)
  }
}

/// `R` rows × `O` outputs, four pairs at most.
enum Dots<let R: Int, let O: Int> {
  @inline(never) static func run(_ tile: UnsafePointer<DotTile>, _ row: Int, _ output: Int) {
    let t = tile.pointee
    let (x, w) = (t.input + row &* t.rowStride, t.weights + output &* t.weightStride)
    var sums: InlineArray<R, InlineArray<O, DotChains>> = InlineArray(
      repeating: InlineArray(repeating: registers(at: w)))
    let chains = sums[0][0].count
    var k = 0
    while k &+ chains &* L <= t.count {
      for chain in 0..<chains {
        step(&sums, chain, x + (k &+ chain &* L), w + (k &+ chain &* L), t)
        keepOrder()
      }
      k &+= chains &* L
    }
    while k &+ L <= t.count {
      step(&sums, 0, x + k, w + k, t)
      k &+= L
    }
    if k < t.count { rest(&sums, x, w, t, repeated: L &- (t.count &- k)) }
    finish(sums, row, output, t)
  }

  /// One vector of each row.
  @inline(always) private static func step(
    _ sums: inout InlineArray<R, InlineArray<O, DotChains>>, _ chain: Int, _ x: In, _ w: In, _ t: DotTile
  ) {
    for r in 0..<R {
      let value = load(x + r &* t.rowStride)
      for o in 0..<O { accumulate(&sums[r][o][chain], value, load(w + o &* t.weightStride)) }
    }
  }

  /// The last vector of each row, moved back so that it ends with the row; what it repeats counts as zero.
  @inline(always) private static func rest(
    _ sums: inout InlineArray<R, InlineArray<O, DotChains>>, _ x: In, _ w: In, _ t: DotTile, repeated: Int
  ) {
    let (mask, at) = (firstLanes(repeated), t.count &- L)
    for r in 0..<R {
      let value = load(x + (r &* t.rowStride &+ at)).replacing(with: 0, where: mask)
      for o in 0..<O {
        let weight = load(w + (o &* t.weightStride &+ at)).replacing(with: 0, where: mask)
        accumulate(&sums[r][o][0], value, weight)
      }
    }
  }

  /// The pairs' lanes are added up side by side.
  @inline(always) private static func finish(
    _ sums: InlineArray<R, InlineArray<O, DotChains>>, _ row: Int, _ output: Int, _ t: DotTile
  ) {
    let folded = Square(pair(sums, 0), pair(sums, 1), pair(sums, 2), pair(sums, 3)).transposed
    let totals = (folded.r0 + folded.r2) + (folded.r1 + folded.r3)
    for r in 0..<R {
      for o in 0..<O {
        let at = (row &+ r) &* t.outputRowStride &+ (output &+ o) &* t.outputStride
        var sum = totals[r &* O &+ o] + t.bias[output &+ o]
        if let residual = t.epilogue.residual { sum += residual[at] }
        t.output[at] = t.epilogue.relu && sum < 0 ? 0 : sum
      }
    }
  }

  /// Pair `index`, or the last there is.
  @inline(always) private static func pair(
    _ sums: InlineArray<R, InlineArray<O, DotChains>>, _ index: Int
  ) -> Four {
    let index = index < R &* O ? index : R &* O &- 1
    let chains = sums[index / O][index % O]
    #if ISA_AVX512
      return quarter((chains[0] + chains[1]) + (chains[2] + chains[3]))
    #else
      return quarter(chains[0] + chains[1])
    #endif
  }
}

/// Lanes four apart added up.
@inline(always) private func quarter(_ v: Lane) -> Four {
  #if ISA_AVX512
    let half = v.lowHalf + v.highHalf
    return half.lowHalf + half.highHalf
  #elseif ISA_AVX2
    return v.lowHalf + v.highHalf
  #else
    return v
  #endif
}
