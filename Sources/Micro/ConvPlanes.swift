import MicroKernelAPI

extension Code {
  @inline(never) static func convPlanes(_ work: UnsafePointer<ConvPlanes>) {
    let w = work.pointee
    let (pixels, outputs) = (w.inputRows &* w.width, w.rows.count &* w.columns.count)
    let results = w.scratch + pixels &* L
    gatherLanes(w.input, rows: w.planes, stride: w.planeStride, count: pixels, into: w.scratch)
    for y in 0..<w.rows.count { row(work, y, into: results + y &* w.columns.count &* L) }
    scatterLanes(results, rows: w.planes, stride: w.outputPlaneStride, count: outputs, into: w.output)
    guard let residual = w.epilogue.residual else { return }
    for plane in 0..<w.planes {
      let at = plane &* w.outputPlaneStride
      for i in at..<at &+ outputs {
        let sum = w.output[i] + residual[i]
        w.output[i] = w.epilogue.relu && sum < 0 ? 0 : sum
      }
    }
  }
}

/// Sums of one output row; ReLU, unless a residual is to be added before it.
@inline(never) private func row(_ work: UnsafePointer<ConvPlanes>, _ y: Int, into results: Out) {
  let w = work.pointee
  let bias = load(w.bias)
  let top = In(w.scratch) + (w.rows.firsts[y] &- w.firstRow) &* w.width &* L
  let weights = w.weights + w.rows.taps[y] &* w.kernelWidth &* L
  let (rowStep, columnStep) = (w.rows.step &* w.width &* L, w.columns.step &* L)
  let rectifies = w.epilogue.relu && w.epilogue.residual == nil
  for x in 0..<w.columns.count {
    var sum = bias
    let (first, tap) = (top + w.columns.firsts[x] &* L, weights + w.columns.taps[x] &* L)
    for i in 0..<w.rows.counts[y] {
      let (pixels, factors) = (first + i &* rowStep, tap + i &* w.kernelWidth &* L)
      for j in 0..<w.columns.counts[x] {
        accumulate(&sum, load(pixels + j &* columnStep), load(factors + j &* L))
      }
    }
    store(results + x &* L, rectifies ? rectified(sum) : sum)
  }
}
