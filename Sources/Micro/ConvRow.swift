import CPlatform
import MicroKernelAPI

// Vectorised over pixels: for few output channels per group (depthwise, ResNeXt's groups, attention's 7×7), and without AVX
// for all.

#if ISA_BASELINE
  /// Floats of scratch memory: sums of a span of pixels wait there for the next taps.
  let rowScratch = 3072
#else
  let rowScratch = 512
#endif

/// Floats of weights that stay in the nearest cache while a span of pixels goes by.
private let nearWeights = 2048

extension Code {
  @inline(never) static func convRow(_ row: UnsafePointer<ConvRow>) {
    let block = blockOf(row.pointee.outputs)
    let (width, step) = (row.pointee.width, mostVectors(block) &* L)
    // Steps whose sums fit.
    let most = max(rowScratch / (block &* step), 1)
    let height = max(most / ((width &+ step &- 1) / step), 1)
    var y = 0
    while y < row.pointee.rows {
      var x = 0
      while x < width {
        let span = Span(
          block: block, step: step, top: y, bottom: min(y &+ height, row.pointee.rows), left: x,
          right: min(x &+ most &* step, width))
        sum(row, span)
        finish(row, span)
        x = span.right
      }
      y &+= height
    }
  }
}

/// Pixels whose sums are in the scratch memory at the same time: several rows or a part of one.
private struct Span {
  /// Channels of a step and its most pixels.
  let block: Int
  let step: Int
  let top: Int
  let bottom: Int
  let left: Int
  let right: Int
}

/// Taps that are added up before the pixels move on.
struct Part {
  let first: Int
  let end: Int
}

@inline(always) private func sum(_ row: UnsafePointer<ConvRow>, _ span: Span) {
  let taps = max(nearWeights / (row.pointee.block &* weightCopies), 1)
  var first = 0
  while first < row.pointee.tapCount {
    let part = Part(first: first, end: min(first &+ taps, row.pointee.tapCount))
    forEachStep(row, span) { x, y, vectors, sums in
      sum(
        row, row.pointee.input + (y &* row.pointee.inputRowStride &+ x), span.block, vectors, part, into: sums
      )
    }
    first = part.end
  }
}

@inline(always) private func finish(_ row: UnsafePointer<ConvRow>, _ span: Span) {
  forEachStep(row, span) { x, y, vectors, sums in
    let at = y &* row.pointee.outputRowStride &+ x
    let count = min(vectors &* L, row.pointee.width &- x)
    for o in 0..<row.pointee.outputs {
      finish(row, at &+ o &* row.pointee.outputChannelStride, count, sums + o &* vectors &* L)
    }
  }
}

@inline(always) private func forEachStep(
  _ row: UnsafePointer<ConvRow>, _ span: Span,
  _ body: (_ x: Int, _ y: Int, _ vectors: Int, _ sums: Out) -> Void
) {
  var sums = row.pointee.scratch
  for y in span.top..<span.bottom {
    var x = span.left
    while x < span.right {
      let vectors = min((span.right &- x &+ L &- 1) / L, span.step / L)
      body(x, y, vectors, sums)
      sums += span.block &* vectors &* L
      x &+= vectors &* L
    }
  }
}

/// Channels that are computed for so many that are wanted.
@inline(always) private func blockOf(_ outputs: Int) -> Int {
  outputs > 4 ? 6 : outputs > 2 ? 4 : outputs
}

/// Vectors of pixels per step: as many as leave registers for the accumulators of all outputs.
@inline(always) private func mostVectors(_ outputs: Int) -> Int {
  #if ISA_AVX512
    4
  #else
    outputs == 1 ? 4 : 2
  #endif
}

/// Sums of one step: `[block][vectors · L]`.
@inline(always) private func sum(
  _ row: UnsafePointer<ConvRow>, _ input: In, _ block: Int, _ vectors: Int, _ part: Part, into sums: Out
) {
  switch (block, vectors) {
  case (1, 1): Cell<1, 1>.sum(row, input, part, into: sums)
  case (1, 2): Cell<1, 2>.sum(row, input, part, into: sums)
  case (1, 3): Cell<1, 3>.sum(row, input, part, into: sums)
  case (1, _): Cell<1, 4>.sum(row, input, part, into: sums)
  case (2, 1): Cell<2, 1>.sum(row, input, part, into: sums)
  case (2, 2): Cell<2, 2>.sum(row, input, part, into: sums)
  #if ISA_AVX512
    case (2, 3): Cell<2, 3>.sum(row, input, part, into: sums)
    case (2, _): Cell<2, 4>.sum(row, input, part, into: sums)
  #endif
  case (4, 1): Cell<4, 1>.sum(row, input, part, into: sums)
  case (4, 2): Cell<4, 2>.sum(row, input, part, into: sums)
  case (6, 1): Cell<6, 1>.sum(row, input, part, into: sums)
  case (6, 2): Cell<6, 2>.sum(row, input, part, into: sums)
  #if ISA_AVX512
    case (4, 3): Cell<4, 3>.sum(row, input, part, into: sums)
    case (4, _): Cell<4, 4>.sum(row, input, part, into: sums)
    case (6, 3): Cell<6, 3>.sum(row, input, part, into: sums)
    case (6, _): Cell<6, 4>.sum(row, input, part, into: sums)
  #endif
  default: fatalError("a block of \(block) channels × \(vectors) vectors")
  }
}

/// `O` output channels × `V` vectors of pixels in registers. A function of its own: with the epilogue in the same frame
/// LLVM keeps a copy of every accumulator in memory. The loop is not unrolled: without AVX LLVM would then rename the
/// accumulators from step to step and spill some.
enum Cell<let O: Int, let V: Int> {
  @inline(never) static func sum(_ row: UnsafePointer<ConvRow>, _ input: In, _ part: Part, into target: Out) {
    let r = row.pointee
    var sums: InlineArray<O, InlineArray<V, Lane>> = InlineArray(repeating: registers(at: target))
    if part.first > 0 {
      for o in 0..<O {
        for v in 0..<V { sums[o][v] = load(target + (o &* V &+ v) &* L) }
      }
    }
    let stride = r.block &* weightCopies
    var weights = r.weights + part.first &* stride
    for k in part.first..<part.end {
      #if ISA_BASELINE
        // The next step's pixels.
        cplatform_prefetch(input + (r.taps[k] &+ V &* L))
      #endif
      let pixels = Registers<V>.loaded(input + r.taps[k])
      for o in 0..<O {
        let weight = broadcastWeight(weights, o)
        for v in 0..<V { accumulate(&sums[o][v], weight, pixels[v]) }
        keepOrder()
      }
      weights += stride
    }
    for o in 0..<O {
      let bias = Lane(repeating: part.end == r.tapCount ? r.bias[o] : 0)
      for v in 0..<V { store(target + (o &* V &+ v) &* L, sums[o][v] + bias) }
    }
  }
}

/// Residual and ReLU on sums of one channel, which are then stored.
@inline(never) private func finish(_ row: UnsafePointer<ConvRow>, _ at: Int, _ count: Int, _ sums: Out) {
  let r = row.pointee
  if let residual = r.epilogue.residual { for i in 0..<count { sums[i] += residual[at &+ i] } }
  if r.epilogue.relu { rectify(sums, count) }
  copyRun(sums, r.output + at, count)
}
