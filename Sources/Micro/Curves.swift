import MicroKernelAPI

/// Activations beyond ReLU and sigmoid; `Function` numbers them. Apart from `Map`: with all of them in one function the compiler
/// would no longer inline loads and stores.
enum Curve<let Function: Int> {
  /// Whole vectors, then the rest as one: input and output may be the same memory.
  @inline(never) static func run(_ work: UnsafePointer<Elementwise>) {
    let (input, output, count) = (work.pointee.input, work.pointee.output, work.pointee.count)
    var i = 0
    while i &+ L <= count {
      store(output + i, value(load(input + i)))
      i &+= L
    }
    if i < count { store(output + i, value(load(input + i, first: count &- i)), first: count &- i) }
  }

  @inline(always) private static func value(_ x: Lane) -> Lane {
    switch Function {
    case 0: clamped(x)
    case 1: silu(x)
    case 2: clamped(x + 3) * (1 / 6)
    case 3: x * (clamped(x + 3) * (1 / 6))
    // Cut off at a finite value; minus infinity alone is exactly zero.
    default: exponential(x).replacing(with: 0, where: x .== -Float.infinity)
    }
  }
}

/// `x / (1 + exp(−x))`: zero where the exponential would be cut off, NaN at −∞.
@inline(always) private func silu(_ x: Lane) -> Lane {
  x * logistic(x).replacing(with: 0, where: x .< -88)
}

/// `min(max(x, 0), 6)`, NaN stays NaN.
@inline(always) private func clamped(_ x: Lane) -> Lane { rectified(x).replacing(with: 6, where: x .> 6) }
