import MicroKernelAPI

extension Code {
  @inline(never) static func gatedGradient(_ work: UnsafePointer<GatedGradient>) {
    let w = work.pointee
    switch (w.gates != nil, w.planeGates != nil, w.order) {
    case (false, _, _): GatedSlopes<0>.run(w)
    case (true, false, _): GatedSlopes<1>.run(w)
    case (true, true, .channelsFirst): GatedSlopes<2>.run(w)
    case (true, true, .pixelsFirst): GatedSlopes<3>.run(w)
    case (true, true, .together): GatedSlopes<4>.run(w)
    }
  }
}

/// What all pixels of a plane share.
private struct OnePlane {
  let number: Int32
  var scale: Float = 1
  var share: Float = 0
  var top: Float = 0
  /// The pixel that gets `top`; it may lie elsewhere.
  var spot = -1

  @inline(always) init(_ w: GatedGradient, _ plane: Int) {
    number = Int32(truncatingIfNeeded: w.firstPlane &+ plane)
    guard let gates = w.planeGates else { return }
    scale = gates[plane]
    if let shares = w.planeShares { share = shares[plane] / w.divisor }
    if let tops = w.planeTops, let spots = w.planeSpots {
      (top, spot) = (tops[plane], Int(spots[plane]) &- w.firstPixel)
    }
  }
}

/// Where the maps of the pixels begin.
private struct PixelMaps {
  let gates: In
  let shares: In
  let tops: In
  let places: UnsafePointer<Int32>

  @inline(always) init(_ w: GatedGradient) {
    gates = w.gates ?? w.gradient
    shares = w.shares ?? w.gradient
    tops = w.tops ?? w.gradient
    places = w.places ?? UnsafeRawPointer(w.gradient).assumingMemoryBound(to: Int32.self)
  }
}

/// `Gates`: 0 of channels alone, 1 of pixels alone, 2 channels first, 3 pixels first, 4 together.
enum GatedSlopes<let Gates: Int> {
  @inline(never) static func run(_ w: GatedGradient) {
    let maps = PixelMaps(w)
    var (dy, output) = (w.gradient, w.output)
    for number in 0..<w.planes {
      let plane = OnePlane(w, number)
      if w.count < L {
        for i in 0..<w.count { output[i] = value(dy, maps, plane, plane.share, i) }
      } else {
        vectors(dy, output, maps, plane, w.count)
      }
      if Gates != 1 && plane.spot >= 0 && plane.spot < w.count {
        output[plane.spot] = value(dy, maps, plane, plane.share + plane.top, plane.spot)
      }
      dy += w.planeStride
      output += w.planeStride
    }
  }

  /// The last vector is moved back to the end of the run.
  @inline(always) private static func vectors(
    _ dy: In, _ output: Out, _ maps: PixelMaps, _ plane: OnePlane, _ count: Int
  ) {
    let (scale, share) = (Lane(repeating: plane.scale), Lane(repeating: plane.share))
    let number = Bits(repeating: UInt32(truncatingIfNeeded: plane.number))
    var i = 0
    while i &+ L <= count {
      store(output + i, vector(dy, maps, number, scale, share, i))
      i &+= L
    }
    if i < count { store(output + (count &- L), vector(dy, maps, number, scale, share, count &- L)) }
  }

  @inline(always) private static func vector(
    _ dy: In, _ maps: PixelMaps, _ number: Bits, _ scale: Lane, _ share: Lane, _ i: Int
  ) -> Lane {
    let g = load(dy + i)
    var (inner, outer) = (share, share)
    if Gates == 0 {
      accumulate(&inner, g, scale)
      return inner
    }
    let isTop = loadBits(maps.places + i) .== number
    let pool = load(maps.shares + i).replacing(with: load(maps.tops + i), where: isTop)
    let gate = load(maps.gates + i)
    switch Gates {
    case 1:
      outer = pool
      accumulate(&outer, g, gate)
    case 2:
      inner = pool
      accumulate(&inner, g, gate)
      accumulate(&outer, inner, scale)
    case 3:
      accumulate(&inner, g, scale)
      outer = pool
      accumulate(&outer, inner, gate)
    default:
      outer = share + pool
      accumulate(&outer, g * gate, scale)
    }
    return outer
  }

  /// - Parameter share: the plane's, and what one of its pixels gets more.
  @inline(always) private static func value(
    _ dy: In, _ maps: PixelMaps, _ plane: OnePlane, _ share: Float, _ i: Int
  ) -> Float {
    if Gates == 0 { return dy[i] * plane.scale + share }
    let pool = maps.places[i] == plane.number ? maps.tops[i] : maps.shares[i]
    switch Gates {
    case 1: return dy[i] * maps.gates[i] + pool
    case 2: return (dy[i] * maps.gates[i] + pool) * plane.scale + share
    case 3: return (dy[i] * plane.scale + share) * maps.gates[i] + pool
    default: return dy[i] * maps.gates[i] * plane.scale + (share + pool)
    }
  }
}
