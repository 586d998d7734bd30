import MicroKernelAPI

extension Code {
  @inline(never) static func affinePlanes(_ work: UnsafePointer<AffinePlanes>) {
    let w = work.pointee
    if w.count == 1 { return pixels(w) }
    var (input, output) = (w.input, w.output)
    for plane in 0..<w.planes {
      let (scalar, addend) = (w.scales[plane], w.shifts[plane])
      let (scale, shift) = (Lane(repeating: scalar), Lane(repeating: addend))
      var i = 0
      while i &+ 4 &* L <= w.count {
        for j in 0..<4 { store(output + (i &+ j &* L), load(input + (i &+ j &* L)) * scale + shift) }
        i &+= 4 &* L
      }
      while i &+ L <= w.count {
        store(output + i, load(input + i) * scale + shift)
        i &+= L
      }
      while i < w.count {
        output[i] = input[i] * scalar + addend
        i &+= 1
      }
      input += w.count
      output += w.count
    }
  }
}

/// Planes of one pixel: scales and shifts are neighbours as pixels are.
@inline(always) private func pixels(_ w: AffinePlanes) {
  var i = 0
  while i &+ L <= w.planes {
    store(w.output + i, load(w.input + i) * load(w.scales + i) + load(w.shifts + i))
    i &+= L
  }
  while i < w.planes {
    w.output[i] = w.input[i] * w.scales[i] + w.shifts[i]
    i &+= 1
  }
}
