import MicroKernelAPI

// The last sweep of attention: values times gates. Variants are integer parameters of types, as in the other sweeps.

extension Code {
  @inline(never) static func gate(_ gate: UnsafePointer<Gate>) {
    let g = simplified(gate.pointee)
    if g.residual != nil {
      gating(g, Ending<2>.self)
    } else if g.relu {
      gating(g, Ending<1>.self)
    } else {
      gating(g, Ending<0>.self)
    }
  }
}

/// The same work in the longest runs.
@inline(always) private func simplified(_ gate: Gate) -> Gate {
  var g = gate
  if g.count == 1 {
    // Planes of one pixel: their gates are neighbours as pixels are, and the pixel's gate is that of a run of planes.
    (g.count, g.planes, g.planeGates, g.gates) = (g.planes, 1, g.gates, g.planeGates)
    g.gatesFirst.toggle()
  }
  if g.gates == nil {
    (g.planes, g.images) = (g.planes &* g.images, 1)
  } else if g.planes == 1 && g.planeGates == nil {
    (g.count, g.images) = (g.count &* g.images, 1)
  }
  return g
}

@inline(always) private func gating<let E: Int>(_ g: Gate, _: Ending<E>.Type) {
  guard g.gates != nil else { return Gating<0, E>.run(g) }
  if g.gatesFirst { Gating<2, E>.run(g) } else { Gating<1, E>.run(g) }
}

/// What follows the products: 0 nothing, 1 ReLU, 2 the residual and perhaps ReLU.
private enum Ending<let Case: Int> {}

/// `Gates`: 0 none but the plane's, 1 after the plane's, 2 before it. `End` numbers the cases of `Ending`.
enum Gating<let Gates: Int, let End: Int> {
  @inline(never) static func run(_ g: Gate) {
    var at = Pointers(
      input: g.input, output: g.output, residual: g.residual ?? g.input, gates: g.gates ?? g.input)
    var planeGates = g.planeGates
    let floor: Float = g.relu ? 0 : -Float.infinity
    for _ in 0..<g.images {
      for plane in 0..<g.planes {
        let scale = planeGates.map { $0[plane] } ?? 1
        #if ISA_BASELINE
          if g.count < L { ones(at, g.count, scale, floor) } else { vectors(at, g.count, scale, floor) }
        #else
          if g.count < 4 {
            ones(at, g.count, scale, floor)
          } else if g.count < L {
            fours(at, g.count, scale, floor)
          } else {
            vectors(at, g.count, scale, floor)
          }
        #endif
        at.input += g.count
        at.output += g.count
        at.residual += g.count
      }
      at.gates += g.count
      planeGates = planeGates.map { $0 + g.planes }
    }
  }

  /// The last vector is moved back to the end of the plane.
  @inline(always) private static func vectors(_ at: Pointers, _ count: Int, _ scale: Float, _ floor: Float) {
    let (scale, floor) = (Lane(repeating: scale), Lane(repeating: floor))
    var i = 0
    while i &+ 4 &* L <= count {
      for j in 0..<4 { move(at, i &+ j &* L, scale, floor) }
      i &+= 4 &* L
    }
    while i &+ L <= count {
      move(at, i, scale, floor)
      i &+= L
    }
    if i < count { move(at, count &- L, scale, floor) }
  }

  /// The same for planes that a vector would leave mostly empty.
  @inline(always) private static func fours(_ at: Pointers, _ count: Int, _ scale: Float, _ floor: Float) {
    let (scale, floor) = (Four(repeating: scale), Four(repeating: floor))
    var i = 0
    while i < count {
      move(at, min(i, count &- 4), scale, floor)
      i &+= 4
    }
  }

  /// One by one.
  @inline(always) private static func ones(_ at: Pointers, _ count: Int, _ scale: Float, _ floor: Float) {
    for i in 0..<count { move(at, i, scale, floor) }
  }

  @inline(always) private static func move<V: Piece>(_ at: Pointers, _ i: Int, _ scale: V, _ floor: V) {
    let x = V(at: at.input + i)
    let gated =
      switch Gates {
      case 0: x * scale
      case 1: (x * scale) * V(at: at.gates + i)
      default: (x * V(at: at.gates + i)) * scale
      }
    let sum = End == 2 ? gated + V(at: at.residual + i) : gated
    (End == 0 ? sum : sum.raised(to: floor)).stored(at: at.output + i)
  }
}

/// Neighbouring values of a plane, or one.
private protocol Piece: BitwiseCopyable {
  static func + (a: Self, b: Self) -> Self
  static func * (a: Self, b: Self) -> Self
  /// The floor where a value is below it; a NaN is not and stays.
  func raised(to floor: Self) -> Self
}

extension Piece {
  @inline(always) init(at p: In) { self = UnsafeRawPointer(p).loadUnaligned(as: Self.self) }

  @inline(always) func stored(at p: Out) {
    UnsafeMutableRawPointer(p).storeBytes(of: self, as: Self.self)
  }
}

extension Float: Piece {
  @inline(always) func raised(to floor: Float) -> Float { self < floor ? floor : self }
}

extension Four: Piece {
  @inline(always) func raised(to floor: Four) -> Four { replacing(with: floor, where: self .< floor) }
}

#if !ISA_BASELINE
  extension Lane: Piece {
    @inline(always) func raised(to floor: Lane) -> Lane { replacing(with: floor, where: self .< floor) }
  }
#endif

/// Where a plane, its result, what is added and the gates of its pixels begin.
private struct Pointers {
  var input: In
  var output: Out
  var residual: In
  var gates: In
}
