import MicroKernelAPI

extension Code {
  @inline(never) static func planePoolGradient(_ work: UnsafePointer<PlanePoolGradient>) {
    let w = work.pointee
    var (input, output) = (w.input, w.output)
    for plane in 0..<w.planes {
      if let x = input {
        fillRun(output, w.count, 0)
        output[w.count < L ? scalarPlace(x, w.count) : place(x, w.count)] = w.gradient[plane]
        input = x + w.count
      } else {
        fillRun(output, w.count, w.gradient[plane] / w.divisor)
      }
      output += w.count
    }
  }
}

/// Whole vectors, the last of them moved back so that it ends with the run.
@inline(always) private func fillRun(_ target: Out, _ count: Int, _ value: Float) {
  if count < L {
    for i in 0..<count { target[i] = value }
    return
  }
  let lanes = Lane(repeating: value)
  var i = 0
  while i &+ L < count {
    store(target + i, lanes)
    i &+= L
  }
  store(target + (count &- L), lanes)
}

/// Two chains of vectors; the last vector is moved back to the end of the plane. A sum tells whether there may be a NaN.
@inline(always) private func place(_ x: In, _ count: Int) -> Int {
  var (first, second) = (Tops(x), Tops(x))
  var (sums, places) = (Lane.zero, first.places)
  let step = Bits(repeating: UInt32(truncatingIfNeeded: L))
  var i = 0
  while i &+ 2 &* L <= count {
    let (a, b) = (load(x + i), load(x + (i &+ L)))
    first.add(a, places)
    second.add(b, places &+ step)
    sums += a + b
    places &+= step &+ step
    i &+= 2 &* L
  }
  if i &+ L <= count {
    let a = load(x + i)
    first.add(a, places)
    sums += a
    places &+= step
    i &+= L
  }
  if i < count {
    let a = load(x + (count &- L))
    second.add(a, places &- Bits(repeating: UInt32(truncatingIfNeeded: L &- (count &- i))))
    sums += a
  }
  let total = sum(sums)
  if total != total { return scalarPlace(x, count) }
  first.merge(second)
  return first.first
}
