import MicroKernelAPI

extension Code {
  @inline(never) static func winogradOutput(_ work: UnsafePointer<WinogradOutput>) {
    switch work.pointee.size {
    case 2: transform(work.pointee, by: Winograd2.self)
    case 4: transform(work.pointee, by: Winograd4.self)
    case 6: transform(work.pointee, by: Winograd6.self)
    default: fatalError("tiles of \(work.pointee.size) outputs; expected 2, 4 or 6")
    }
  }
}

/// Columns first, into the scratch memory, then rows; bias and ReLU on what was just stored.
@inline(always) private func transform<T: WinogradTransform>(_ w: WinogradOutput, by: T.Type) {
  let (m, points) = (T.outputs, T.outputs &+ 2)
  let bias = load(w.bias)
  for tile in 0..<w.tiles {
    let (source, target) = (w.input + tile &* w.tileStride, w.output + tile &* m &* L)
    for j in 0..<points {
      T.output(source + j &* w.pointStride, points &* w.pointStride, to: w.scratch + j &* L, points &* L)
    }
    for y in 0..<m {
      let row = target + y &* w.rowStride
      T.output(w.scratch + y &* points &* L, L, to: row, L)
      for x in 0..<m {
        let sum = load(row + x &* L) + bias
        store(row + x &* L, w.relu ? rectified(sum) : sum)
      }
    }
  }
}
