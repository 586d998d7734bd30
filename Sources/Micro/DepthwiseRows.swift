import MicroKernelAPI

extension Code {
  @inline(never) static func depthwiseRows(_ work: UnsafePointer<DepthwiseRows>) {
    let w = work.pointee
    // Rows a step apart; without a step between them, all.
    let rows = w.rows / w.rowStep
    switch (isShared(w) ? w.kernel.width : 0, w.stride) {
    case (3, 1): rows < 4 ? SquareRows<3, 9, 1, 1, 3>.run(work) : threes(work, rows)
    case (3, 2): rows < 4 ? SquareRows<3, 9, 2, 1, 3>.run(work) : SquareRows<3, 9, 2, 4, 9>.run(work)
    case (5, 1): rows < 4 ? SquareRows<5, 25, 1, 1, 5>.run(work) : SquareRows<5, 25, 1, 4, 8>.run(work)
    case (5, 2): rows < 4 ? SquareRows<5, 25, 2, 1, 5>.run(work) : SquareRows<5, 25, 2, 4, 11>.run(work)
    case (7, 1): rows < 4 ? SquareRows<7, 49, 1, 1, 7>.run(work) : SquareRows<7, 49, 1, 4, 10>.run(work)
    case (_, 1): depthwiseWindows(work)
    default: depthwiseSecondWindows(work)
    }
  }
}

/// Whether windows are square and rows of outputs share what they read: neighbours, or with dilation those a step apart. Rows
/// narrower than a vector must follow one after the other.
@inline(__always) private func isShared(_ w: DepthwiseRows) -> Bool {
  guard w.kernel.height == w.kernel.width && w.rowStride == w.stride else { return false }
  return w.rowStep == 1 || w.stride == 1 && w.outputWidth > L && w.rows >= 4 &* w.rowStep
}

/// Seven rows at once where registers hold them, unless four make fewer in the end.
@inline(__always) private func threes(_ work: UnsafePointer<DepthwiseRows>, _ rows: Int) {
  #if ISA_AVX512
    if rows >= 7 && (rows &+ 6) / 7 &* 7 <= (rows &+ 3) / 4 &* 4 {
      return SquareRows<3, 9, 1, 7, 9>.run(work)
    }
  #endif
  SquareRows<3, 9, 1, 4, 6>.run(work)
}

/// Windows of `Side` × `Side` taps, `Rows` output rows at once: each of the `Lines` rows of the image is read once for all of them.
private enum SquareRows<let Side: Int, let Taps: Int, let Stride: Int, let Rows: Int, let Lines: Int> {
  @inline(never) static func run(_ work: UnsafePointer<DepthwiseRows>) {
    let (planes, rows, step) = (work.pointee.planes, work.pointee.rows, work.pointee.rowStep)
    let isNarrow = work.pointee.outputWidth <= L
    for plane in 0..<planes {
      for offset in 0..<step {
        let count = (rows &- offset &+ step &- 1) / step
        // The last rows are moved back where `Rows` does not divide them.
        var y = 0
        while y < count {
          let first = offset &+ min(y, count &- Rows) &* step
          if isNarrow { narrow(work, plane, first) } else { wide(work, plane, first) }
          y &+= Rows
        }
      }
    }
  }

  /// Rows of several vectors, the last moved back so that it ends with the row.
  @inline(never) private static func wide(_ work: UnsafePointer<DepthwiseRows>, _ plane: Int, _ y: Int) {
    let w = work.pointee
    let (lines, weights) = (Self.lines(w, plane, y), Self.weights(w, plane))
    let bias = Lane(repeating: w.bias[plane])
    let inside = Inside(w, Stride)
    let at = plane &* w.outputPlaneStride &+ y &* w.outputWidth
    var x = 0
    while x < w.outputWidth {
      let first = min(x, w.outputWidth &- L)
      // Of columns that are never outside LLVM would take the vectors apart where a stride shuffles them.
      if Stride == 1 && first >= inside.first && first &+ L <= inside.end {
        let sums = Sums<Side, Taps, Stride, Rows, Lines>.inner(lines, first, weights, bias, w)
        finish(w, sums, at &+ first, w.outputWidth &* w.rowStep)
      } else {
        let sums = Sums<Side, Taps, Stride, Rows, Lines>.outer(lines, first, weights, bias, w)
        finish(w, sums, at &+ first, w.outputWidth &* w.rowStep)
      }
      x &+= L
    }
  }

  /// Rows of a vector at most.
  @inline(never) private static func narrow(_ work: UnsafePointer<DepthwiseRows>, _ plane: Int, _ y: Int) {
    let w = work.pointee
    let sums = Sums<Side, Taps, Stride, Rows, Lines>.outer(
      lines(w, plane, y), 0, weights(w, plane), Lane(repeating: w.bias[plane]), w)
    finishNarrow(work, sums, plane, y)
  }

  /// Rows of the image, each from its first tap's column on.
  @inline(__always) private static func lines(_ w: DepthwiseRows, _ plane: Int, _ y: Int)
    -> InlineArray<Lines, In>
  {
    let (image, top) = (w.input + plane &* w.planeStride, w.firstRow &+ y &* Stride)
    var lines = InlineArray<Lines, In>(repeating: w.zeros)
    for i in 0..<Lines { lines[i] = line(w, image, top &+ i &* w.rowStep) - w.padding }
    return lines
  }

  @inline(__always) private static func weights(_ w: DepthwiseRows, _ plane: Int) -> InlineArray<Taps, Lane> {
    var weights: InlineArray<Taps, Lane> = registers(at: w.scratch)
    for t in 0..<Taps { weights[t] = Lane(repeating: w.weights[plane &* Taps &+ t]) }
    return weights
  }
}

/// Outputs of a row whose windows have all their columns inside the image.
struct Inside {
  let first: Int
  let end: Int

  @inline(__always) init(_ w: DepthwiseRows, _ stride: Int) {
    first = (w.padding &+ stride &- 1) / stride
    let last = w.width &- 1 &- (w.kernel.width &- 1) &* w.columnStep &+ w.padding
    end = last < 0 ? 0 : last / stride &+ 1
  }
}

/// A row of a plane, or zeros.
@inline(__always) func line(_ w: DepthwiseRows, _ image: In, _ row: Int) -> In {
  UInt(bitPattern: row) < UInt(bitPattern: w.height) ? image + row &* w.width : w.zeros
}

/// `Rows` vectors of sums.
private enum Sums<let Side: Int, let Taps: Int, let Stride: Int, let Rows: Int, let Lines: Int> {
  /// Outputs whose windows have all their columns inside the image. The columns' step is 1, but LLVM must not know: it would take
  /// vectors that overlap apart and put them together from pieces.
  @inline(__always) static func inner(
    _ lines: InlineArray<Lines, In>, _ x: Int, _ weights: InlineArray<Taps, Lane>, _ bias: Lane,
    _ w: DepthwiseRows
  ) -> InlineArray<Rows, Lane> {
    var sums = InlineArray<Rows, Lane>(repeating: bias)
    for i in 0..<half { innerLine(&sums, lines[i] + x &* Stride, i, weights, w.columnStep) }
    if half == Lines { return sums }
    for i in half..<Lines { innerLine(&sums, lines[i] + x &* Stride, i, weights, w.columnStep) }
    return sums
  }

  /// Any outputs.
  @inline(__always) static func outer(
    _ lines: InlineArray<Lines, In>, _ x: Int, _ weights: InlineArray<Taps, Lane>, _ bias: Lane,
    _ w: DepthwiseRows
  ) -> InlineArray<Rows, Lane> {
    var sums = InlineArray<Rows, Lane>(repeating: bias)
    let columns = Columns(w, x &* Stride &- w.padding, Stride)
    for i in 0..<half { outerLine(&sums, lines[i] + x &* Stride, i, weights, w.columnStep, columns) }
    if half == Lines { return sums }
    for i in half..<Lines { outerLine(&sums, lines[i] + x &* Stride, i, weights, w.columnStep, columns) }
    return sums
  }

  /// Lines that a loop adds: LLVM would not unroll one over many taps. With AVX-512 clearing what lies outside takes no instruction.
  @inline(__always) private static var half: Int { Taps &* Lines > 16 &* L ? Lines / 2 : Lines }

  @inline(__always) private static func innerLine(
    _ sums: inout InlineArray<Rows, Lane>, _ line: In, _ i: Int, _ weights: InlineArray<Taps, Lane>,
    _ step: Int
  ) {
    for j in 0..<Side { add(&sums, i, j, columns(line + j &* step, Stride), weights) }
  }

  @inline(__always) private static func outerLine(
    _ sums: inout InlineArray<Rows, Lane>, _ line: In, _ i: Int, _ weights: InlineArray<Taps, Lane>,
    _ step: Int, _ edge: Columns
  ) {
    for j in 0..<Side {
      add(&sums, i, j, edge.cleared(columns(line + j &* step, Stride), j &* step), weights)
    }
  }

  @inline(__always) private static func add(
    _ sums: inout InlineArray<Rows, Lane>, _ i: Int, _ j: Int, _ pixels: Lane,
    _ weights: InlineArray<Taps, Lane>
  ) {
    for r in 0..<Rows {
      let tap = i &- r &* Stride
      if tap >= 0 && tap < Side { accumulate(&sums[r], pixels, weights[tap &* Side &+ j]) }
    }
  }
}

/// A vector of every or every second column.
@inline(__always) func columns(_ place: In, _ stride: Int) -> Lane {
  stride == 1 ? load(place) : evenLanes(load(place), load(place + L))
}

/// Columns of the image that a vector of outputs reads with its first tap.
struct Columns {
  private let first: Lane
  private let width: Lane

  @inline(__always) init(_ w: DepthwiseRows, _ first: Int, _ stride: Int) {
    var places = Lane.zero
    for i in 0..<L { places[i] = Float(i &* stride) }
    self.first = places + Lane(repeating: Float(first))
    width = Lane(repeating: Float(w.width))
  }

  /// Zero where a tap so many columns later lies outside the image.
  @inline(__always) func cleared(_ pixels: Lane, _ offset: Int) -> Lane {
    let columns = first + Lane(repeating: Float(offset))
    return Lane.zero.replacing(with: pixels, where: (columns .>= 0) .& (columns .< width))
  }
}

/// The rest of the epilogue on whole vectors. No branch stands between two sums: LLVM would move each behind its own, where it
/// waits for itself.
/// - Parameter pitch: from a row to the next.
@inline(__always)
func finish<let Rows: Int>(
  _ w: DepthwiseRows, _ array: InlineArray<Rows, Lane>, _ at: Int, _ pitch: Int
) {
  var sums = array
  if let residual = w.epilogue.residual {
    for r in 0..<Rows { sums[r] += load(residual + (at &+ r &* pitch)) }
  }
  let floor = Lane(repeating: w.epilogue.relu ? 0 : -.infinity)
  for r in 0..<Rows { sums[r].replace(with: floor, where: sums[r] .< floor) }
  for r in 0..<Rows { store(w.output + (at &+ r &* pitch), sums[r]) }
}

/// The same of rows of a vector at most. What a narrower one stores behind its end is overwritten by the rows that follow; where
/// too few follow that this call computes, values are stored one by one.
@inline(__always)
func finishNarrow<let Rows: Int>(
  _ work: UnsafePointer<DepthwiseRows>, _ sums: InlineArray<Rows, Lane>, _ plane: Int, _ y: Int
) {
  let w = work.pointee
  let (floats, first) = (w.rows &* w.outputWidth, y &* w.outputWidth)
  let following = (w.outputPlaneStride == floats ? w.planes &- plane : 1) &* floats
  let at = plane &* w.outputPlaneStride &+ first
  if first &+ (Rows &- 1) &* w.outputWidth &+ L <= following { return finish(w, sums, at, w.outputWidth) }
  for r in 0..<Rows { store(w.scratch + r &* L, sums[r]) }
  finishParts(work, rows: Rows, at)
}

@inline(never) private func finishParts(_ work: UnsafePointer<DepthwiseRows>, rows: Int, _ at: Int) {
  let w = work.pointee
  for r in 0..<rows {
    let (sums, row) = (w.scratch + r &* L, at &+ r &* w.outputWidth)
    if let residual = w.epilogue.residual {
      for x in 0..<w.outputWidth { sums[x] += residual[row &+ x] }
    }
    if w.epilogue.relu { rectify(sums, L) }
    copy(sums, w.output + row, w.outputWidth)
  }
}
