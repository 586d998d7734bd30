import MicroKernelAPI

extension Code {
  @inline(never) static func winogradInput(_ work: UnsafePointer<WinogradInput>) {
    switch work.pointee.size {
    case 2: transform(work.pointee, by: Winograd2.self)
    case 4: transform(work.pointee, by: Winograd4.self)
    case 6: transform(work.pointee, by: Winograd6.self)
    default: fatalError("tiles of \(work.pointee.size) outputs; expected 2, 4 or 6")
    }
  }
}

/// Columns first, into the scratch memory, then rows.
@inline(always) private func transform<T: WinogradTransform>(_ w: WinogradInput, by: T.Type) {
  let points = T.outputs &+ 2
  for tile in 0..<w.tiles {
    let (source, target) = (w.input + tile &* T.outputs &* L, w.output + tile &* L)
    for j in 0..<points { T.input(source + j &* L, w.rowStride, to: w.scratch + j &* L, points &* L) }
    for i in 0..<points {
      T.input(
        w.scratch + i &* points &* L, L, to: target + i &* points &* w.pointStride, w.pointStride)
    }
  }
}
