import MicroKernelAPI

extension Code {
  @inline(never) static func windowGradient(_ work: UnsafePointer<WindowGradient>) {
    let isMaximum = work.pointee.input != nil
    switch work.pointee.columns.stride {
    case 1: if isMaximum { WindowSlope<1, 1>.run(work) } else { WindowSlope<0, 1>.run(work) }
    case 2: if isMaximum { WindowSlope<1, 2>.run(work) } else { WindowSlope<0, 2>.run(work) }
    default: if isMaximum { WindowSlope<1, 0>.run(work) } else { WindowSlope<0, 0>.run(work) }
    }
  }
}

/// What a row of the result gathers: places in rows of windows, and the number that a window has there if the value is its own.
private struct Terms {
  private let numbers: UnsafeMutablePointer<UInt32>

  @inline(always) init(_ memory: Out) {
    numbers = UnsafeMutableRawPointer(memory).assumingMemoryBound(to: UInt32.self)
  }

  @inline(always) func set(_ index: Int, place: Int, number: Int) {
    numbers[2 &* index] = UInt32(truncatingIfNeeded: place)
    numbers[2 &* index &+ 1] = UInt32(truncatingIfNeeded: number)
  }

  @inline(always) func place(_ index: Int) -> Int { Int(numbers[2 &* index]) }
  @inline(always) func number(_ index: Int) -> Bits { Bits(repeating: numbers[2 &* index &+ 1]) }
}

/// Rows in scratch memory; a number of a row of the plane or of windows, cut off to the last bits, is its place.
private struct WindowLines {
  let plane: Out
  let taps: Out
  let gradients: Out
  let buffer: Out
  let terms: Terms
  /// Where the call's part of the result ends, and of the gradient.
  let outputEnd: Out
  let gradientEnd: In
  let row: Int
  let line: Int
  let planeMask: Int
  let windowMask: Int

  @inline(always) init(_ w: WindowGradient) {
    (row, line) = (w.memory.phase &* w.columns.stride, w.memory.line)
    (planeMask, windowMask) = (w.memory.planeRows &- 1, w.memory.windowRows &- 1)
    plane = w.scratch
    taps = plane + w.memory.planeRows &* row
    gradients = taps + w.memory.windowRows &* line
    buffer = gradients + w.memory.windowRows &* line
    terms = Terms(buffer + 64)
    let last = (w.planes &- 1) &* w.rows.size
    outputEnd = w.output + (last &+ w.range.upperBound) &* w.columns.size
    gradientEnd = w.gradient + w.planes &* w.rows.outputs &* w.columns.outputs
  }

  /// Padding: no value is below it, and no window has anything for it.
  @inline(always) func clear() {
    fill(plane, (planeMask &+ 1) &* row, -Float.infinity)
    fill(gradients, (windowMask &+ 1) &* line, 0)
  }

  @inline(always) private func fill(_ target: Out, _ count: Int, _ value: Float) {
    var i = 0
    while i &+ L <= count {
      store(target + i, Lane(repeating: value))
      i &+= L
    }
    while i < count {
      target[i] = value
      i &+= 1
    }
  }
}

/// The largest values so far, and the numbers of their taps.
private struct Best {
  var value = Lane(repeating: -.infinity)
  var tap: Bits

  @inline(always) init(_ tap: Bits) { self.tap = tap }

  /// A row of taps, the usual widths without a loop; the same for what lies `distance` floats behind it.
  @inline(always) mutating func add(
    _ row: Out, _ places: UnsafePointer<Int>, _ window: Int, _ number: Int, with second: inout Best,
    _ distance: Int
  ) {
    switch window {
    case 2: for j in 0..<2 { add(row + places[j], number &+ j, with: &second, distance) }
    case 3: for j in 0..<3 { add(row + places[j], number &+ j, with: &second, distance) }
    default: for j in 0..<window { add(row + places[j], number &+ j, with: &second, distance) }
    }
  }

  @inline(always) private mutating func add(
    _ place: Out, _ number: Int, with second: inout Best, _ distance: Int
  ) {
    add(load(place), number)
    second.add(load(place + distance), number)
  }

  /// A later value wins if it is larger or a NaN.
  @inline(always) private mutating func add(_ x: Lane, _ number: Int) {
    let takes = (x .> value) .| (x .!= x)
    value.replace(with: x, where: takes)
    tap.replace(with: Bits(repeating: UInt32(truncatingIfNeeded: number)), where: takes)
  }
}

/// `IsMaximum`: 1, or 0 for a mean. `Stride`: 1 or 2 as it is, 0 for any.
enum WindowSlope<let IsMaximum: Int, let Stride: Int> {
  @inline(never) static func run(_ work: UnsafePointer<WindowGradient>) {
    var w = work.pointee
    let lines = WindowLines(w)
    lines.clear()
    for _ in 0..<w.planes {
      plane(w, lines)
      w.input = w.input.map { $0 + w.rows.size &* w.columns.size }
      w.gradient += w.rows.outputs &* w.columns.outputs
      w.output += w.rows.size &* w.columns.size
    }
  }

  /// The rows of windows that begin above a row of the result and one more, then the row: what a row of windows has stored is read
  /// when it has reached the cache.
  @inline(always) private static func plane(_ w: WindowGradient, _ lines: WindowLines) {
    let beyond = w.range.lowerBound &+ w.rows.padding &- w.rows.reach
    var window = beyond > 0 ? (beyond &+ w.rows.stride &- 1) / w.rows.stride : 0
    var top = window &* w.rows.stride &- w.rows.padding
    var copied = 0
    for y in w.range {
      while window < w.rows.outputs && top &- w.rows.stride <= y {
        take(w, lines, window)
        if IsMaximum == 1 { find(w, lines, window, top, &copied) }
        window &+= 1
        top &+= w.rows.stride
      }
      let isAhead = top &- w.rows.stride > y
      gather(
        w, lines, y, last: isAhead ? window &- 2 : window &- 1,
        top: isAhead ? top &- 2 &* w.rows.stride : top &- w.rows.stride)
    }
  }

  /// The gradient of a row of windows, of a mean each window's share; zeros up to a whole vector.
  @inline(always) private static func take(_ w: WindowGradient, _ lines: WindowLines, _ window: Int) {
    let source = w.gradient + window &* w.columns.outputs
    let target = lines.gradients + ((window & lines.windowMask) &* lines.line &+ w.memory.before)
    let divisor = IsMaximum == 1 ? Lane.zero : Lane(repeating: w.rowDivisors[window])
    var o = 0
    while o < w.columns.outputs {
      let rest = w.columns.outputs &- o
      var slopes = source + (o &+ L) <= lines.gradientEnd ? load(source + o) : load(source + o, first: rest)
      if IsMaximum == 0 { slopes /= divisor * load(w.columnDivisors + o) }
      store(target + o, rest >= L ? slopes : Lane.zero.replacing(with: slopes, where: firstLanes(rest)))
      o &+= L
    }
  }

  /// The numbers of the taps that have the maxima of a row of windows.
  @inline(always) private static func find(
    _ w: WindowGradient, _ lines: WindowLines, _ window: Int, _ top: Int, _ copied: inout Int
  ) {
    let step = w.rows.step
    let first = top < 0 ? (step &- 1 &- top) / step : 0
    let inside = w.rows.size &- 1 &- top
    let end = inside >= w.rows.reach ? w.rows.window : inside < 0 ? first : inside / step &+ 1
    copied = max(copied, top)
    while copied <= min(w.rows.size &- 1, top &+ w.rows.reach &+ w.rows.stride) {
      copyRow(w, lines.plane + (copied & lines.planeMask) &* lines.row, copied)
      copied &+= 1
    }
    let taps = lines.taps + ((window & lines.windowMask) &* lines.line &+ w.memory.before)
    let start = first < end ? UInt32(truncatingIfNeeded: first &* w.columns.window) : WindowGradient.noTap
    var o = 0
    while o < w.columns.outputs {
      // Two vectors hide each other's comparisons.
      let other = o &+ L < w.columns.outputs ? L : 0
      var best = Best(bits(w.firstTaps + o) &+ Bits(repeating: start))
      var second = Best(bits(w.firstTaps + (o &+ other)) &+ Bits(repeating: start))
      var i = first
      while i < end {
        let row = lines.plane + (((top &+ i &* step) & lines.planeMask) &* lines.row &+ o)
        let number = i &* w.columns.window
        best.add(row, w.taps, w.columns.window, number, with: &second, other)
        i &+= 1
      }
      store(taps + o, unsafeBitCast(best.tap, to: Lane.self))
      store(taps + (o &+ other), unsafeBitCast(second.tap, to: Lane.self))
      o &+= 2 &* L
    }
  }

  @inline(always) private static func bits(_ p: UnsafePointer<UInt32>) -> Bits {
    UnsafeRawPointer(p).loadUnaligned(as: Bits.self)
  }

  /// A row of the plane, every `stride`-th value side by side.
  @inline(always) private static func copyRow(_ w: WindowGradient, _ line: Out, _ y: Int) {
    guard let input = w.input else { return }
    let (source, width, padding) = (input + y &* w.columns.size, w.columns.size, w.columns.padding)
    if Stride == 1 { return copyRun(source, line + padding, width) }
    if Stride == 2 && width >= L {
      let even = line + ((padding & 1) &* w.memory.phase &+ padding >> 1)
      let odd = line + (((padding &+ 1) & 1) &* w.memory.phase &+ (padding &+ 1) >> 1)
      return sort(source, width, even, odd)
    }
    var (phase, at) = (padding % w.columns.stride, padding / w.columns.stride)
    for x in 0..<width {
      line[phase &* w.memory.phase &+ at] = source[x]
      phase &+= 1
      if phase == w.columns.stride { (phase, at) = (0, at &+ 1) }
    }
  }

  /// Values 0, 2, 4, … and 1, 3, 5, … of a vector or more; the last vector is moved back to the end of the row, and padding
  /// follows it.
  @inline(always) private static func sort(_ source: In, _ count: Int, _ even: Out, _ odd: Out) {
    var i = 0
    while i &+ 2 &* L <= count {
      let (a, b) = (load(source + i), load(source + (i &+ L)))
      store(even + i >> 1, evenLanes(a, b))
      store(odd + i >> 1, oddLanes(a, b))
      i &+= 2 &* L
    }
    while i < count {
      let at = min(i, count &- L)
      let (a, b) = (load(source + at), Lane(repeating: -.infinity))
      store((at & 1 == 0 ? even : odd) + at >> 1, evenLanes(a, b))
      store((at & 1 == 0 ? odd : even) + (at &+ 1) >> 1, oddLanes(a, b))
      i &+= L
    }
  }

  /// A row of the result.
  /// - Parameters:
  ///   - last: the last row of windows that begins above it.
  ///   - top: the row with which that begins.
  @inline(always) private static func gather(
    _ w: WindowGradient, _ lines: WindowLines, _ y: Int, last: Int, top: Int
  ) {
    let (width, target) = (w.columns.size, w.output + y &* w.columns.size)
    var gathers = w.gathers
    if Stride == 0 {
      for column in 0..<w.columns.stride {
        let terms = 0..<collect(w, lines, y, last, top, gathers, 0)
        spread(w, lines, terms, target, column)
        gathers += 1 &+ 2 &* gathers[0]
      }
      return
    }
    let first = 0..<collect(w, lines, y, last, top, gathers, 0)
    gathers += 1 &+ 2 &* gathers[0]
    let second =
      first
      .upperBound..<(Stride == 2
      ? collect(w, lines, y, last, top, gathers, first.upperBound) : first.upperBound)
    var x = 0
    while x < width {
      if x &+ Stride &* L < width {
        Gathered<IsMaximum, Stride, 2>.columns(lines, first, second, x, target, width)
        x &+= 2 &* Stride &* L
      } else {
        Gathered<IsMaximum, Stride, 1>.columns(lines, first, second, x, target, width)
        x &+= Stride &* L
      }
    }
  }

  /// What the windows around a row have for one of its columns, as terms from `count` on.
  /// - Returns: the number of terms there are then.
  @inline(always) private static func collect(
    _ w: WindowGradient, _ lines: WindowLines, _ y: Int, _ last: Int, _ top: Int,
    _ gathers: UnsafePointer<Int>, _ count: Int
  ) -> Int {
    var (count, window, offset) = (count, last, y &- top)
    while window >= 0 && offset <= w.rows.reach {
      if w.rows.step == 1 || offset % w.rows.step == 0 {
        let row = w.rows.step == 1 ? offset : offset / w.rows.step
        let line = (window & lines.windowMask) &* lines.line
        for k in 0..<gathers[0] {
          lines.terms.set(
            count, place: line &+ gathers[2 &+ 2 &* k],
            number: row &* w.columns.window &+ gathers[1 &+ 2 &* k])
          count &+= 1
        }
      }
      window &-= 1
      offset &+= w.rows.stride
    }
    return count
  }

  /// Any stride: one of its columns.
  @inline(always) private static func spread(
    _ w: WindowGradient, _ lines: WindowLines, _ terms: Range<Int>, _ target: Out, _ column: Int
  ) {
    var (place, x) = (0, column)
    while x < w.columns.size {
      store(lines.buffer, Gathered<IsMaximum, Stride, 1>.sum(lines, terms, place)[0])
      var i = 0
      while i < L && x < w.columns.size {
        target[x] = lines.buffer[i]
        x &+= w.columns.stride
        i &+= 1
      }
      place &+= L
    }
  }
}

/// `V` vectors of values, `stride` apart.
private enum Gathered<let IsMaximum: Int, let Stride: Int, let V: Int> {
  /// A vector of the result, or as many as the stride. It reaches into the next row, which is written later.
  @inline(always) static func columns(
    _ lines: WindowLines, _ first: Range<Int>, _ second: Range<Int>, _ x: Int, _ target: Out, _ width: Int
  ) {
    let even = sum(lines, first, x / max(Stride, 1))
    let odd = Stride == 2 ? sum(lines, second, x >> 1) : even
    for v in 0..<V {
      let at = x &+ v &* Stride &* L
      let isInside = target + (at &+ Stride &* L) <= lines.outputEnd
      let place = isInside ? target + at : lines.buffer
      if Stride == 1 {
        store(place, even[v])
      } else {
        let values = interleaved(even[v], odd[v])
        store(place, values.low)
        store(place + L, values.high)
      }
      if !isInside { copy(lines.buffer, target + at, min(Stride &* L, width &- at)) }
    }
  }

  /// The sums of some terms from the place `at` on.
  @inline(always) static func sum(
    _ lines: WindowLines, _ terms: Range<Int>, _ at: Int
  ) -> InlineArray<V, Lane> {
    var total: InlineArray<V, Lane> = registers(at: lines.gradients)
    for k in terms {
      let (place, number) = (at &+ lines.terms.place(k), lines.terms.number(k))
      for v in 0..<V {
        let slopes = load(lines.gradients + (place &+ v &* L))
        if IsMaximum == 1 {
          let taps = unsafeBitCast(load(lines.taps + (place &+ v &* L)), to: Bits.self)
          total[v] += Lane.zero.replacing(with: slopes, where: taps .== number)
        } else {
          total[v] += slopes
        }
      }
    }
    return total
  }
}
