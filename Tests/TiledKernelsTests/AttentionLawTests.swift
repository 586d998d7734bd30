import Foundation
import Kernels
import Models
import Operators
import Support
import Tensors
import Testing
import TiledKernels

/// Fused attention against compositions written out by hand in `Double`, each value with a bound of its error in `Float`.
@Suite struct AttentionLaws {
  /// Batches whose images are computed together, in groups of unequal size as well; planes of one column, row and pixel.
  static let shapes = [
    Shape(1, 16, 1, 1), Shape(2, 19, 7, 7), Shape(1, 36, 13, 5), Shape(1, 130, 3, 3), Shape(5, 6, 3, 2),
    Shape(7, 33, 1, 1), Shape(3, 8, 40, 1), Shape(2, 5, 1, 19), Shape(7, 20, 16, 17), Shape(3, 4, 24, 23),
  ]

  @Test(arguments: shapes, CBAM.Order.allCases)
  func arrangements(shape: Shape, order: CBAM.Order) throws {
    for kernel in [3, 7] {
      let cbam = CBAM(reduction: 4, kernel: kernel, order: order)
      try check(cbam, shape) { x, weights in
        let hand = HandAttention(shape, weights)
        switch order {
        case .channelFirst:
          let refined = hand.scaled(x, perChannel: hand.channelGates(x, "channel.mlp."))
          return hand.scaled(refined, perPixel: hand.pixelGates(refined, "spatial.", kernel))
        case .spatialFirst:
          let refined = hand.scaled(x, perPixel: hand.pixelGates(x, "spatial.", kernel))
          return hand.scaled(refined, perChannel: hand.channelGates(refined, "channel.mlp."))
        case .parallel:
          let refined = hand.scaled(x, perChannel: hand.channelGates(x, "channel.mlp."))
          return hand.scaled(refined, perPixel: hand.pixelGates(x, "spatial.", kernel))
        }
      }
    }
  }

  @Test(arguments: shapes)
  func squeezeExcitation(shape: Shape) throws {
    try check(SqueezeExcitation(reduction: 2), shape) { x, weights in
      let hand = HandAttention(shape, weights)
      return hand.scaled(x, perChannel: hand.channelGates(x, "mlp.", .avg))
    }
  }

  @Test(arguments: shapes, [ChannelGate.Pools.both, .avg, .max])
  func channelAttention(shape: Shape, pools: ChannelGate.Pools) throws {
    try check(ChannelAttention(reduction: 2, pools: pools), shape) { x, weights in
      let hand = HandAttention(shape, weights)
      return hand.scaled(x, perChannel: hand.channelGates(x, "gate.mlp.", pools))
    }
  }

  @Test(arguments: shapes)
  func spatialAttention(shape: Shape) throws {
    for kernel in [3, 7] {
      try check(SpatialAttention(kernel: kernel), shape) { x, weights in
        let hand = HandAttention(shape, weights)
        return hand.scaled(x, perPixel: hand.pixelGates(x, "gate.", kernel))
      }
    }
  }

  private func check(
    _ op: any Operator, _ shape: Shape, _ compose: ([Bounded], Weights<Float>) -> [Bounded]
  ) throws {
    let input = try Tensor<Float>.filled(shape)
    let weights = try Weights.filled(op, [shape])
    let expected = compose(input.elements.map { Bounded(Double($0)) }, weights)
    for isa in availableISAs {
      let variants = Catalogue(tiledKernels).variants(op, [shape], isa: isa)
      #expect(variants.map(\.name).sorted() == ["tiled/fused", "tiled/layers"])
      for kernel in variants {
        let all = try outputs(of: kernel, op, [input], weights, isa: isa)
        #expect(areIdentical(all))
        for (i, value) in all[0].elements.enumerated() {
          #expect(abs(Double(value) - expected[i].value) <= expected[i].error, "\(kernel.name) at \(i)")
        }
      }
    }
  }
}

/// A value, and how far from it the same computation in `Float` may be, whatever the order of its sums and with FMA or without
/// (Higham, Accuracy and Stability, 3.1).
private struct Bounded {
  /// Half the distance from 1 to the next `Float`, and one per cent for terms of second order.
  static let unit = Double(Float.ulpOfOne) / 2 * 1.01

  let value: Double
  var error = 0.0

  init(_ value: Double, error: Double = 0) { (self.value, self.error) = (value, error) }

  static func * (a: Bounded, b: Bounded) -> Bounded {
    let product = a.value * b.value
    let inherited = abs(a.value) * b.error + abs(b.value) * a.error + a.error * b.error
    return Bounded(product, error: inherited + unit * abs(product))
  }

  /// Each of `n` terms passes at most n − 1 additions.
  /// - Parameter further: roundings of each term that the terms' own errors leave out.
  static func sum(_ terms: [Bounded], further: Int = 0) -> Bounded {
    let size = terms.reduce(0) { $0 + abs($1.value) + $1.error }
    let roundings = Double(terms.count - 1 + further)
    return Bounded(
      terms.reduce(0) { $0 + $1.value },
      error: terms.reduce(0) { $0 + $1.error } + roundings * unit * size)
  }

  static func mean(_ terms: [Bounded]) -> Bounded {
    let (total, n) = (sum(terms), Double(terms.count))
    return Bounded(total.value / n, error: total.error / n + unit * abs(total.value / n))
  }

  static func maximum(_ terms: [Bounded]) -> Bounded {
    Bounded(terms.map(\.value).max() ?? 0, error: terms.map(\.error).max() ?? 0)
  }

  var rectified: Bounded { Bounded(max(value, 0), error: error) }

  /// Its slope is at most 1/4; the sigmoid itself is right to four units in the last place, twice `unit` each.
  var sigmoid: Bounded {
    let gate = 1 / (1 + exp(-value))
    return Bounded(gate, error: error / 4 + 8 * Self.unit * gate)
  }
}

/// The formulas of CBAM (arXiv:1807.06521, equations 2 and 3) and SE, one image after the other.
private struct HandAttention {
  let shape: Shape
  let weights: Weights<Float>

  init(_ shape: Shape, _ weights: Weights<Float>) {
    self.shape = shape
    self.weights = weights
  }

  private func array(_ name: String) -> [Bounded] {
    guard let tensor = try? weights[name] else { preconditionFailure("no weights \(name)") }
    return tensor.elements.map { Bounded(Double($0)) }
  }

  private func plane(_ x: [Bounded], _ n: Int, _ c: Int) -> [Bounded] {
    let first = (n * shape.c + c) * shape.plane
    return Array(x[first..<first + shape.plane])
  }

  /// N × C gates.
  func channelGates(_ x: [Bounded], _ mlp: String, _ pools: ChannelGate.Pools = .both) -> [Bounded] {
    (0..<shape.n).flatMap { n -> [Bounded] in
      let planes = (0..<shape.c).map { plane(x, n, $0) }
      let means = branch(planes.map(Bounded.mean), mlp)
      let maxima = branch(planes.map(Bounded.maximum), mlp)
      switch pools {
      case .avg: return means.map(\.sigmoid)
      case .max: return maxima.map(\.sigmoid)
      case .both: return zip(means, maxima).map { Bounded.sum([$0, $1]).sigmoid }
      }
    }
  }

  private func branch(_ v: [Bounded], _ mlp: String) -> [Bounded] {
    dense(dense(v, mlp + "fc1").map(\.rectified), mlp + "fc2")
  }

  private func dense(_ v: [Bounded], _ layer: String) -> [Bounded] {
    let matrix = array(layer + ".weight")
    let bias = weights.has(layer + ".bias") ? array(layer + ".bias") : []
    let outputs = matrix.count / v.count
    return (0..<outputs).map { (o: Int) -> Bounded in
      Bounded.sum(v.indices.map { matrix[o * v.count + $0] * v[$0] } + (bias.isEmpty ? [] : [bias[o]]))
    }
  }

  /// N × H × W gates.
  func pixelGates(_ x: [Bounded], _ prefix: String, _ kernel: Int) -> [Bounded] {
    let w = array(prefix + "conv.weight")
    let norm = ["weight", "bias", "mean", "variance"].map { array(prefix + "bn." + $0)[0].value }
    let scale = norm[0] / (norm[3] + 1e-5).squareRoot()
    return (0..<shape.n).flatMap { n -> [Bounded] in
      let planes = (0..<shape.c).map { plane(x, n, $0) }
      let pixels = (0..<shape.plane).map { p in planes.map { $0[p] } }
      let maps = [pixels.map(Bounded.maximum), pixels.map(Bounded.mean)]
      return (0..<shape.plane).map { (p: Int) -> Bounded in
        let taps = convolved(maps, w, kernel, p / shape.w, p % shape.w)
        let terms = taps.map { Bounded($0.value * scale, error: $0.error * abs(scale)) }
        // Batch norm rounds its scale three times (sum, root, quotient) and each product with it once; the mean's product and the
        // bias's sum are two more.
        return Bounded.sum(terms + [Bounded(-norm[2] * scale), Bounded(norm[1])], further: 6).sigmoid
      }
    }
  }

  /// The products of one pixel's taps inside the image.
  private func convolved(
    _ maps: [[Bounded]], _ w: [Bounded], _ kernel: Int, _ y: Int, _ x: Int
  ) -> [Bounded] {
    var products: [Bounded] = []
    for m in 0..<2 {
      for i in 0..<kernel {
        for j in 0..<kernel {
          let (row, column) = (y + i - kernel / 2, x + j - kernel / 2)
          guard (0..<shape.h).contains(row), (0..<shape.w).contains(column) else { continue }
          products.append(maps[m][row * shape.w + column] * w[(m * kernel + i) * kernel + j])
        }
      }
    }
    return products
  }

  func scaled(_ x: [Bounded], perChannel gates: [Bounded]) -> [Bounded] {
    x.indices.map { x[$0] * gates[$0 / shape.plane] }
  }

  func scaled(_ x: [Bounded], perPixel gates: [Bounded]) -> [Bounded] {
    x.indices.map { x[$0] * gates[$0 / (shape.c * shape.plane) * shape.plane + $0 % shape.plane] }
  }
}
