import MicroKernelAPI

extension Code {
  @inline(never) static func spreadRows(_ work: UnsafePointer<SpreadRows>) {
    let w = work.pointee
    var (source, target) = (w.input, w.output)
    let count = (w.width &+ w.step &- 1) / w.step
    var due = 0
    for _ in 0..<w.height {
      if due == 0 {
        if w.step == 2 { spreadTwo(source, target, w.width) } else { spread(source, target, w) }
        source += count
        due = w.step
      } else {
        clear(target, w.width)
      }
      target += w.width
      due &-= 1
    }
  }
}

/// Every second place.
@inline(always) private func spreadTwo(_ source: In, _ target: Out, _ width: Int) {
  var i = 0
  while 2 &* (i &+ L) <= width {
    let (low, high) = interleaved(load(source + i), .zero)
    store(target + 2 &* i, low)
    store(target + (2 &* i &+ L), high)
    i &+= L
  }
  while 2 &* i &+ 1 < width {
    (target[2 &* i], target[2 &* i &+ 1]) = (source[i], 0)
    i &+= 1
  }
  if 2 &* i < width { target[2 &* i] = source[i] }
}

@inline(always) private func spread(_ source: In, _ target: Out, _ w: SpreadRows) {
  if w.step == 1 { return copyRun(source, target, w.width) }
  clear(target, w.width)
  var (from, at) = (0, 0)
  while at < w.width {
    target[at] = source[from]
    at &+= w.step
    from &+= 1
  }
}

@inline(always) private func clear(_ target: Out, _ count: Int) {
  var i = 0
  while i &+ L <= count {
    store(target + i, .zero)
    i &+= L
  }
  while i < count {
    target[i] = 0
    i &+= 1
  }
}
