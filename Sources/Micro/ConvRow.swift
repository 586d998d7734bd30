import MicroKernelAPI

// Vectorised over pixels: for few output channels per group (depthwise, ResNeXt's groups, attention's 7×7).

/// Floats of scratch memory: sums of a span of pixels wait there for the next channels.
let rowScratch = 512

/// Floats of weights that stay in the nearest cache while a span of pixels goes by.
private let nearWeights = 4096

@inline(never)
public func convRow(_ row: UnsafePointer<ConvRow>) {
  let (width, block) = (row.pointee.width, row.pointee.block)
  let step = mostVectors(block) &* L
  let span = max(rowScratch / (block &* step), 1) &* step
  let channels = max(nearWeights / (row.pointee.tapCount &* block &* weightCopies), 1)
  var first = 0
  while first < width {
    let end = min(first &+ span, width)
    var c = 0
    while c < row.pointee.channels {
      let part = Part(first: c, end: min(c &+ channels, row.pointee.channels))
      forEachStep(row, first, end, step) { x, vectors, sums in sum(row, x, vectors, part, into: sums) }
      c = part.end
    }
    forEachStep(row, first, end, step) { x, vectors, sums in
      for o in 0..<row.pointee.outputs { finish(row, x, vectors &* L, o, sums + o &* vectors &* L) }
    }
    first = end
  }
}

/// Channels of a row that are added up before the pixels move on.
struct Part {
  let first: Int
  let end: Int
}

@inline(always) private func forEachStep(
  _ row: UnsafePointer<ConvRow>, _ first: Int, _ end: Int, _ step: Int, _ body: (Int, Int, Out) -> Void
) {
  var sums = row.pointee.scratch
  var x = first
  while x < end {
    let vectors = min((end &- x &+ L &- 1) / L, step / L)
    body(x, vectors, sums)
    sums += row.pointee.block &* vectors &* L
    x &+= vectors &* L
  }
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
  _ row: UnsafePointer<ConvRow>, _ x: Int, _ vectors: Int, _ part: Part, into sums: Out
) {
  switch (row.pointee.block, vectors) {
  case (1, 1): Cell<1, 1>.sum(row, x, part, into: sums)
  case (1, 2): Cell<1, 2>.sum(row, x, part, into: sums)
  case (1, 3): Cell<1, 3>.sum(row, x, part, into: sums)
  case (1, _): Cell<1, 4>.sum(row, x, part, into: sums)
  case (2, 1): Cell<2, 1>.sum(row, x, part, into: sums)
  case (2, 2): Cell<2, 2>.sum(row, x, part, into: sums)
  #if ISA_AVX512
    case (2, 3): Cell<2, 3>.sum(row, x, part, into: sums)
    case (2, _): Cell<2, 4>.sum(row, x, part, into: sums)
  #endif
  case (4, 1): Cell<4, 1>.sum(row, x, part, into: sums)
  case (4, 2): Cell<4, 2>.sum(row, x, part, into: sums)
  case (6, 1): Cell<6, 1>.sum(row, x, part, into: sums)
  case (6, 2): Cell<6, 2>.sum(row, x, part, into: sums)
  #if ISA_AVX512
    case (4, 3): Cell<4, 3>.sum(row, x, part, into: sums)
    case (4, _): Cell<4, 4>.sum(row, x, part, into: sums)
    case (6, 3): Cell<6, 3>.sum(row, x, part, into: sums)
    case (6, _): Cell<6, 4>.sum(row, x, part, into: sums)
  #endif
  default: fatalError("a block of \(row.pointee.block) channels × \(vectors) vectors")
  }
}

/// `O` output channels × `V` vectors of pixels in registers. A function of its own: with the epilogue in the same frame
/// LLVM keeps a copy of every accumulator in memory.
enum Cell<let O: Int, let V: Int> {
  @inline(never) static func sum(_ row: UnsafePointer<ConvRow>, _ x: Int, _ part: Part, into target: Out) {
    let r = row.pointee
    var sums: InlineArray<O, InlineArray<V, Lane>> = InlineArray(repeating: registers(at: target))
    if part.first > 0 {
      for o in 0..<O {
        for v in 0..<V { sums[o][v] = load(target + (o &* V &+ v) &* L) }
      }
    }
    var weights = r.weights + part.first &* r.tapCount &* O &* weightCopies
    var plane = r.input + (x &+ part.first &* r.channelStride)
    for _ in part.first..<part.end {
      for k in 0..<r.tapCount {
        let pixels = Registers<V>.loaded(plane + r.taps[k])
        for o in 0..<O {
          let weight = broadcastWeight(weights, o)
          for v in 0..<V { accumulate(&sums[o][v], weight, pixels[v]) }
          keepOrder()
        }
        weights += O &* weightCopies
      }
      plane += r.channelStride
    }
    for o in 0..<O {
      let bias = Lane(repeating: part.end == r.channels ? r.bias[o] : 0)
      for v in 0..<V { store(target + (o &* V &+ v) &* L, sums[o][v] + bias) }
    }
  }
}

/// Residual and ReLU on one channel's sums, of which those inside the row are stored.
@inline(never) private func finish(
  _ row: UnsafePointer<ConvRow>, _ x: Int, _ most: Int, _ channel: Int, _ sums: Out
) {
  let r = row.pointee
  let at = channel &* r.outputChannelStride &+ x
  let count = min(most, r.width &- x)
  if let residual = r.epilogue.residual { for i in 0..<count { sums[i] += residual[at &+ i] } }
  if r.epilogue.relu { for i in 0..<count where sums[i] < 0 { sums[i] = 0 } }
  copyRun(sums, r.output + at, count)
}
