import MicroKernelAPI

extension Code {
  @inline(never) static func padRows(_ rows: UnsafePointer<PadRows>) {
    switch rows.pointee.step {
    case 1: Padding<1>.run(rows)
    case 2: Padding<2>.run(rows)
    default: Padding<0>.run(rows)
    }
  }
}

/// `Step`: 1 or 2 as it is, 0 for any.
enum Padding<let Step: Int> {
  @inline(never) static func run(_ rows: UnsafePointer<PadRows>) {
    let r = rows.pointee
    if Step == 1 && r.count <= L && r.width == r.outputStride { return short(r) }
    clearRun(r.output - r.above, r.above)
    clearRun(r.output + r.rows &* r.outputStride, r.below)
    for y in 0..<r.rows {
      let (source, target) = (r.input + y &* r.inputStride, r.output + y &* r.outputStride)
      clear(target, r.before)
      switch Step {
      case 1: copyRun(source, target + r.before, r.count)
      case 2: copySecond(source, target + r.before, r.count)
      default: for i in 0..<r.count { target[r.before &+ i] = source[i &* r.step] }
      }
      clear(target + (r.before &+ r.count), r.width &- r.before &- r.count)
    }
  }

  /// Rows of a vector at most, which lie one after the other: everything is cleared first.
  @inline(__always) private static func short(_ r: PadRows) {
    clearRun(r.output - r.above, r.above &+ r.rows &* r.outputStride &+ r.below)
    for y in 0..<r.rows {
      copy(r.input + y &* r.inputStride, r.output + (y &* r.outputStride &+ r.before), r.count)
    }
  }

  /// Every second value, nothing read after the last: the vector there begins one value earlier.
  @inline(always) private static func copySecond(_ source: In, _ target: Out, _ count: Int) {
    if count <= L {
      for i in 0..<count { target[i] = source[2 &* i] }
      return
    }
    var i = 0
    while i &+ L < count {
      store(target + i, evenLanes(load(source + 2 &* i), load(source + (2 &* i &+ L))))
      i &+= L
    }
    let last = source + (2 &* (count &- L) &- 1)
    store(target + (count &- L), oddLanes(load(last), load(last + L)))
  }
}

/// Mostly none to three zeros: a loop would become a call of `memset`.
@inline(always) private func clear(_ target: Out, _ count: Int) {
  if count > 0 { target[0] = 0 }
  if count > 1 { target[1] = 0 }
  if count > 2 { target[2] = 0 }
  if count > 3 { for i in 3..<count { target[i] = 0 } }
}

/// Whole vectors of zeros, the last of them moved back so that it ends with the run.
@inline(__always) private func clearRun(_ target: Out, _ count: Int) {
  if count < L {
    for i in 0..<count { target[i] = 0 }
    return
  }
  var i = 0
  while i &+ L < count {
    store(target + i, .zero)
    i &+= L
  }
  store(target + (count &- L), .zero)
}
