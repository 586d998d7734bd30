import MicroKernelAPI

// Depthwise convolution with windows of any size and dilation: four rows of outputs share a weight.

@inline(never) func depthwiseWindows(_ work: UnsafePointer<DepthwiseRows>) {
  if work.pointee.rows < 4 { AnyRows<1, 1>.run(work) } else { AnyRows<1, 4>.run(work) }
}

/// The same with every second column. (The shuffles are in a function of their own.)
@inline(never) func depthwiseSecondWindows(_ work: UnsafePointer<DepthwiseRows>) {
  if work.pointee.rows < 4 { AnyRows<2, 1>.run(work) } else { AnyRows<2, 4>.run(work) }
}

private enum AnyRows<let Stride: Int, let Rows: Int> {
  @inline(never) static func run(_ work: UnsafePointer<DepthwiseRows>) {
    let w = work.pointee
    let inside = Inside(w, Stride)
    for plane in 0..<w.planes {
      var y = 0
      while y < w.rows {
        let row = min(y, w.rows &- Rows)
        var x = 0
        while x < w.outputWidth {
          let first = max(0, min(x, w.outputWidth &- L))
          if Stride == 1 && first >= inside.first && first &+ L <= inside.end {
            AnySums<Stride, Rows, 0>.compute(work, plane, row, first)
          } else {
            AnySums<Stride, Rows, 1>.compute(work, plane, row, first)
          }
          x &+= L
        }
        y &+= Rows
      }
    }
  }
}

/// `Rows` vectors of sums. `Edge`: 1 if some taps may lie beside the image.
private enum AnySums<let Stride: Int, let Rows: Int, let Edge: Int> {
  @inline(never) static func compute(_ work: UnsafePointer<DepthwiseRows>, _ plane: Int, _ y: Int, _ x: Int) {
    let w = work.pointee
    let image = w.input + plane &* w.planeStride
    var weights = w.weights + plane &* w.kernel.height &* w.kernel.width
    let column = x &* Stride &- w.padding
    let edge = Columns(w, column, Stride)
    var sums = InlineArray<Rows, Lane>(repeating: Lane(repeating: w.bias[plane]))
    for i in 0..<w.kernel.height {
      var lines = InlineArray<Rows, In>(repeating: image)
      for r in 0..<Rows {
        lines[r] = line(w, image, w.firstRow &+ (y &+ r) &* w.rowStride &+ i &* w.rowStep) + column
      }
      for j in 0..<w.kernel.width {
        let (offset, weight) = (j &* w.columnStep, Lane(repeating: weights[j]))
        for r in 0..<Rows {
          let pixels = columns(lines[r] + offset, Stride)
          accumulate(&sums[r], Edge == 1 ? edge.cleared(pixels, offset) : pixels, weight)
        }
      }
      weights += w.kernel.width
    }
    if w.outputWidth < L { return finishNarrow(work, sums, plane, y) }
    finish(w, sums, plane &* w.outputPlaneStride &+ y &* w.outputWidth &+ x, w.outputWidth)
  }
}
