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

/// The first place of the largest value, or that of the last NaN.
@inline(never) private func scalarPlace(_ x: In, _ count: Int) -> Int {
  var best = 0
  for i in 0..<count where x[i] > x[best] || x[i] != x[i] { best = i }
  return best
}

/// The largest values so far, lane by lane, and where they are.
private struct Tops {
  var values: Lane
  var places: Bits

  @inline(always) init(_ x: In) {
    values = load(x)
    places = .zero
    for i in 0..<L { places[i] = UInt32(truncatingIfNeeded: i) }
  }

  @inline(always) mutating func add(_ x: Lane, _ at: Bits) {
    let isLarger = x .> values
    values.replace(with: x, where: isLarger)
    places.replace(with: at, where: isLarger)
  }

  /// Of equal values the first.
  @inline(always) mutating func merge(_ other: Tops) {
    let wins = (other.values .> values) .| ((other.values .== values) .& (other.places .< places))
    values.replace(with: other.values, where: wins)
    places.replace(with: other.places, where: wins)
  }

  @inline(always) var first: Int {
    var (top, place) = (values[0], places[0])
    for i in 1..<L where values[i] > top || values[i] == top && places[i] < place {
      (top, place) = (values[i], places[i])
    }
    return Int(place)
  }
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
