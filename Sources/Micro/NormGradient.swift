import MicroKernelAPI

extension Code {
  @inline(never) static func normGradient(_ work: UnsafePointer<NormGradient>) {
    let w = work.pointee
    var (x, dy, dx) = (w.input, w.gradient, w.output)
    for plane in 0..<w.planes {
      let norm = Norm(w, plane)
      var i = 0
      while i &+ L <= w.count {
        store(dx + i, norm.value(load(x + i), load(dy + i)))
        i &+= L
      }
      while i < w.count {
        dx[i] =
          w.scales[plane] * (dy[i] - w.shifts[plane]) + w.slopes[plane] * (x[i] - w.centers[plane])
        i &+= 1
      }
      x += w.count
      dy += w.count
      dx += w.count
    }
  }
}

/// The numbers of a plane, in all lanes.
private struct Norm {
  let center: Lane
  let slope: Lane
  let shift: Lane
  let scale: Lane

  @inline(always) init(_ w: NormGradient, _ plane: Int) {
    center = Lane(repeating: w.centers[plane])
    slope = Lane(repeating: w.slopes[plane])
    shift = Lane(repeating: w.shifts[plane])
    scale = Lane(repeating: w.scales[plane])
  }

  @inline(always) func value(_ x: Lane, _ gradient: Lane) -> Lane {
    var value = scale * (gradient - shift)
    accumulate(&value, slope, x - center)
    return value
  }
}
