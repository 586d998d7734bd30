import MicroKernelAPI

extension Code {
  @inline(never) static func transpose(_ work: UnsafePointer<Transpose>) {
    let w = work.pointee
    if w.rows < 4 || w.columns < 4 { return transposeOnes(w) }
    // Rows of the output are finished four by four: workers that share one would take its lines from each other. Where four
    // do not divide an extent, its last squares are moved back.
    var c = 0
    while c < w.columns {
      let column = min(c, w.columns &- 4)
      let (source, target) = (w.input + column, w.output + column &* w.outputStride)
      var r = 0
      while r < w.rows {
        let row = min(r, w.rows &- 4)
        Square(source + row &* w.inputStride, w.inputStride).transposed.stored(
          target + row, w.outputStride)
        r &+= 4
      }
      c &+= 4
    }
  }
}

/// Too few rows or columns for squares.
@inline(always) private func transposeOnes(_ w: Transpose) {
  for c in 0..<w.columns {
    let (source, target) = (w.input + c, w.output + c &* w.outputStride)
    for r in 0..<w.rows { target[r] = source[r &* w.inputStride] }
  }
}
