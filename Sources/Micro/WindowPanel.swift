import MicroKernelAPI

extension Code {
  @inline(never) static func windowPanel(_ work: UnsafePointer<WindowPanel>) {
    let w = work.pointee
    var target = w.output
    for c in 0..<w.channels {
      let plane = w.input + c &* w.planeStride
      for t in 0..<w.taps {
        store(target + (w.count &- 1) / L &* L, .zero)
        let offsets = w.offsets + t &* w.offsetStride
        for p in 0..<w.count {
          let offset = offsets[p]
          let inside = UInt32(bitPattern: ~(offset &>> 31))
          target[p] = Float(bitPattern: plane[Int(max(offset, 0))].bitPattern & inside)
        }
        target += w.outputStride
      }
    }
  }
}
