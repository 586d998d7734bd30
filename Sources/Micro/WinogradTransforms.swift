// Winograd's minimal filtering F(m, 3) along one axis, for m = 2, 4, 6: the polynomials' points are 0, ±1, ±2, ±½ and infinity
// (Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2016). `WinogradMatrices` has the same as matrices.

/// The transforms of one tile size. Vectors lie `stride` floats apart.
protocol WinogradTransform {
  /// m, the outputs of a tile.
  static var outputs: Int { get }
  /// Bᵀ·d.
  static func input(_ d: In, _ stride: Int, to t: Out, _ step: Int)
  /// Aᵀ·p, which gives m vectors.
  static func output(_ p: In, _ stride: Int, to y: Out, _ step: Int)
}

/// F(2, 3): 4 products for 2 outputs.
enum Winograd2: WinogradTransform {
  static var outputs: Int { 2 }

  @inline(always) static func input(_ d: In, _ stride: Int, to t: Out, _ step: Int) {
    let (d0, d1) = (load(d), load(d + stride))
    let (d2, d3) = (load(d + 2 &* stride), load(d + 3 &* stride))
    store(t, d0 - d2)
    store(t + step, d1 + d2)
    store(t + 2 &* step, d2 - d1)
    store(t + 3 &* step, d1 - d3)
  }

  @inline(always) static func output(_ p: In, _ stride: Int, to y: Out, _ step: Int) {
    let (p0, p1) = (load(p), load(p + stride))
    let (p2, p3) = (load(p + 2 &* stride), load(p + 3 &* stride))
    store(y, p0 + (p1 + p2))
    store(y + step, (p1 - p2) - p3)
  }
}

/// F(4, 3): 6 products for 4 outputs.
enum Winograd4: WinogradTransform {
  static var outputs: Int { 4 }

  @inline(always) static func input(_ d: In, _ stride: Int, to t: Out, _ step: Int) {
    let (d0, d1, d2) = (load(d), load(d + stride), load(d + 2 &* stride))
    let (d3, d4, d5) = (load(d + 3 &* stride), load(d + 4 &* stride), load(d + 5 &* stride))
    let (even1, odd1) = (product(-4, d2, plus: d4), product(-4, d1, plus: d3))
    let (even2, odd2) = (d4 - d2, d3 - d1)
    store(t, product(4, d0 - d2, plus: even2))
    store(t + step, even1 + odd1)
    store(t + 2 &* step, even1 - odd1)
    store(t + 3 &* step, product(2, odd2, plus: even2))
    store(t + 4 &* step, product(-2, odd2, plus: even2))
    store(t + 5 &* step, product(-4, odd2, plus: d5 - d3))
  }

  @inline(always) static func output(_ p: In, _ stride: Int, to y: Out, _ step: Int) {
    let (p0, p1, p2) = (load(p), load(p + stride), load(p + 2 &* stride))
    let (p3, p4, p5) = (load(p + 3 &* stride), load(p + 4 &* stride), load(p + 5 &* stride))
    let (even1, odd1) = (p1 + p2, p1 - p2)
    let (even2, odd2) = (p3 + p4, p3 - p4)
    store(y, p0 + even1 + even2)
    store(y + step, product(2, odd2, plus: odd1))
    store(y + 2 &* step, product(4, even2, plus: even1))
    store(y + 3 &* step, product(8, odd2, plus: odd1) + p5)
  }
}

/// F(6, 3): 8 products for 6 outputs.
enum Winograd6: WinogradTransform {
  static var outputs: Int { 6 }

  @inline(always) static func input(_ d: In, _ stride: Int, to t: Out, _ step: Int) {
    let (d0, d1, d2, d3) = (load(d), load(d + stride), load(d + 2 &* stride), load(d + 3 &* stride))
    let (d4, d5) = (load(d + 4 &* stride), load(d + 5 &* stride))
    let (d6, d7) = (load(d + 6 &* stride), load(d + 7 &* stride))
    store(t, product(5.25, d4 - d2, plus: d0 - d6))
    store(t + 7 &* step, product(5.25, d3 - d5, plus: d7 - d1))
    let (even1, odd1) = (product(-4.25, d4, plus: d2 + d6), product(-4.25, d3, plus: d1 + d5))
    store(t + step, even1 + odd1)
    store(t + 2 &* step, even1 - odd1)
    let even2 = product(0.25, d2, plus: product(-1.25, d4, plus: d6))
    let odd2 = product(0.5, d1, plus: product(-2.5, d3, plus: 2 * d5))
    store(t + 3 &* step, even2 + odd2)
    store(t + 4 &* step, even2 - odd2)
    let even3 = product(4, d2, plus: product(-5, d4, plus: d6))
    let odd3 = product(2, d1, plus: product(-2.5, d3, plus: 0.5 * d5))
    store(t + 5 &* step, even3 + odd3)
    store(t + 6 &* step, even3 - odd3)
  }

  @inline(always) static func output(_ p: In, _ stride: Int, to y: Out, _ step: Int) {
    let (p0, p1, p2, p3) = (load(p), load(p + stride), load(p + 2 &* stride), load(p + 3 &* stride))
    let (p4, p5) = (load(p + 4 &* stride), load(p + 5 &* stride))
    let (p6, p7) = (load(p + 6 &* stride), load(p + 7 &* stride))
    let (even1, odd1) = (p1 + p2, p1 - p2)
    let (even2, odd2) = (p3 + p4, p3 - p4)
    let (even3, odd3) = (p5 + p6, p5 - p6)
    store(y, p0 + even1 + even2 + even3)
    store(y + step, product(0.5, odd3, plus: product(2, odd2, plus: odd1)))
    store(y + 2 &* step, product(0.25, even3, plus: product(4, even2, plus: even1)))
    store(y + 3 &* step, product(0.125, odd3, plus: product(8, odd2, plus: odd1)))
    store(y + 4 &* step, product(0.0625, even3, plus: product(16, even2, plus: even1)))
    store(y + 5 &* step, product(0.03125, odd3, plus: product(32, odd2, plus: odd1)) + p7)
  }
}
