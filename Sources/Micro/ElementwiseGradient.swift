import MicroKernelAPI

extension Code {
  @inline(never) static func elementwiseGradient(_ work: UnsafePointer<ElementwiseGradient>) {
    switch work.pointee.operation {
    case .relu: Slope<0>.run(work)
    case .relu6: Slope<1>.run(work)
    case .sigmoid: Slope<2>.run(work)
    case .hardSigmoid: Slope<3>.run(work)
    case .silu: Slope<4>.run(work)
    case .hardSwish: Slope<5>.run(work)
    }
  }
}

/// `Operation` numbers the cases of `ElementwiseGradient.Operation`.
enum Slope<let Operation: Int> {
  /// Whole vectors, then the rest as one.
  @inline(never) static func run(_ work: UnsafePointer<ElementwiseGradient>) {
    let w = work.pointee
    var i = 0
    while i &+ L <= w.count {
      store(w.output + i, value(load(w.kept + i), load(w.gradient + i)))
      i &+= L
    }
    let rest = w.count &- i
    if rest > 0 {
      let last = value(load(w.kept + i, first: rest), load(w.gradient + i, first: rest))
      store(w.output + i, last, first: rest)
    }
  }

  @inline(always) private static func value(_ kept: Lane, _ gradient: Lane) -> Lane {
    switch Operation {
    case 0: gradient.replacing(with: 0, where: kept .<= 0)
    case 1: gradient.replacing(with: 0, where: kept .<= 0).replacing(with: 0, where: kept .>= 6)
    case 2: gradient * (kept * (1 - kept))
    case 3: Lane.zero.replacing(with: gradient * (1 / 6), where: (kept .> 0) .& (kept .< 1))
    case 4: gradient * siluSlope(kept)
    default: hardSwish(kept, gradient)
    }
  }
}

/// `s · (1 + x · (1 − s))`: zero where the exponential would be cut off.
@inline(always) private func siluSlope(_ x: Lane) -> Lane {
  let s = logistic(x).replacing(with: 0, where: x .< -88)
  return s * (1 + x * (1 - s))
}

/// A NaN counts as large.
@inline(always) private func hardSwish(_ x: Lane, _ gradient: Lane) -> Lane {
  let inner = gradient * (x * (1 / 3) + 0.5)
  return gradient.replacing(with: inner.replacing(with: 0, where: x .<= -3), where: x .< 3)
}
