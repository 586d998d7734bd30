import MicroKernelAPI

extension Code {
  @inline(never) static func descentStep(_ work: UnsafePointer<DescentStep>) {
    let w = work.pointee
    let (rate, momentum, decay) = (
      Lane(repeating: w.rate), Lane(repeating: w.momentum), Lane(repeating: w.decay)
    )
    var i = 0
    while i < w.count {
      let rest = w.count &- i
      let old = load(w.weights + i, first: rest)
      var step = load(w.gradient + i, first: rest)
      accumulate(&step, decay, old)
      if let velocity = w.velocity, let newVelocity = w.newVelocity {
        var next = step
        accumulate(&next, momentum, load(velocity + i, first: rest))
        store(newVelocity + i, next, first: rest)
        if w.isNesterov { accumulate(&step, momentum, next) } else { step = next }
      }
      store(w.output + i, old - rate * step, first: rest)
      i &+= L
    }
  }
}
