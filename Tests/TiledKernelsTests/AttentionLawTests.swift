import Foundation
import Kernels
import Models
import Operators
import ReferenceKernels
import Support
import Tensors
import Testing
import TiledKernels

/// The oracle against compositions written out by hand in `Double`, and every tiled kernel against the oracle.
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
    _ op: any Operator, _ shape: Shape, _ compose: ([Double], Weights<Float>) -> [Double]
  ) throws {
    let input = try Tensor<Float>.filled(shape)
    let weights = try Weights.filled(op, [shape])
    let oracle = try Oracle(op, [input], weights: weights)
    for (i, value) in compose(input.elements.map { Double($0) }, weights).enumerated() {
      #expect(abs(oracle.value(i) - value) <= oracle.doubleBound(i), "at \(i)")
    }
    for isa in availableISAs {
      let variants = Catalogue(tiledKernels).variants(op, [shape], isa: isa)
      #expect(variants.map(\.name).sorted() == ["tiled/fused", "tiled/layers"])
      for kernel in variants {
        let all = try outputs(of: kernel, op, [input], weights, isa: isa)
        #expect(areIdentical(all))
        let agreement = oracle.compare([all[0]])
        #expect(agreement.agrees && agreement.isFine, "\(kernel.name) \(isa): \(agreement)")
      }
    }
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

  private func array(_ name: String) -> [Double] {
    guard let tensor = try? weights[name] else { preconditionFailure("no weights \(name)") }
    return tensor.elements.map { Double($0) }
  }

  private func plane(_ x: [Double], _ n: Int, _ c: Int) -> ArraySlice<Double> {
    let first = (n * shape.c + c) * shape.plane
    return x[first..<first + shape.plane]
  }

  private func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

  /// N × C gates.
  func channelGates(_ x: [Double], _ mlp: String, _ pools: ChannelGate.Pools = .both) -> [Double] {
    (0..<shape.n).flatMap { n -> [Double] in
      let means = (0..<shape.c).map { plane(x, n, $0).reduce(0, +) / Double(shape.plane) }
      let maxima = (0..<shape.c).map { plane(x, n, $0).max() ?? 0 }
      let none = Array(repeating: 0.0, count: shape.c)
      let average = pools == .max ? none : branch(means, mlp)
      let largest = pools == .avg ? none : branch(maxima, mlp)
      return zip(average, largest).map { sigmoid($0 + $1) }
    }
  }

  private func branch(_ v: [Double], _ mlp: String) -> [Double] {
    let hidden = dense(v, mlp + "fc1").map { max($0, 0) }
    return dense(hidden, mlp + "fc2")
  }

  private func dense(_ v: [Double], _ layer: String) -> [Double] {
    let matrix = array(layer + ".weight")
    let bias = weights.has(layer + ".bias") ? array(layer + ".bias") : []
    let outputs = matrix.count / v.count
    return (0..<outputs).map { (o: Int) -> Double in
      var sum = o < bias.count ? bias[o] : 0
      for k in v.indices { sum += matrix[o * v.count + k] * v[k] }
      return sum
    }
  }

  /// N × H × W gates.
  func pixelGates(_ x: [Double], _ prefix: String, _ kernel: Int) -> [Double] {
    let w = array(prefix + "conv.weight")
    let norm = ["weight", "bias", "mean", "variance"].map { array(prefix + "bn." + $0)[0] }
    return (0..<shape.n).flatMap { n -> [Double] in
      let planes = (0..<shape.c).map { Array(plane(x, n, $0)) }
      let maxima = (0..<shape.plane).map { (p: Int) -> Double in planes.map { $0[p] }.max() ?? 0 }
      let means = (0..<shape.plane).map { (p: Int) -> Double in
        planes.map { $0[p] }.reduce(0, +) / Double(shape.c)
      }
      return (0..<shape.plane).map { (p: Int) -> Double in
        let sum = convolved([maxima, means], w, kernel, p / shape.w, p % shape.w)
        return sigmoid((sum - norm[2]) / (norm[3] + 1e-5).squareRoot() * norm[0] + norm[1])
      }
    }
  }

  private func convolved(_ maps: [[Double]], _ w: [Double], _ kernel: Int, _ y: Int, _ x: Int) -> Double {
    var sum = 0.0
    for m in 0..<2 {
      for i in 0..<kernel {
        for j in 0..<kernel {
          let (row, column) = (y + i - kernel / 2, x + j - kernel / 2)
          guard (0..<shape.h).contains(row), (0..<shape.w).contains(column) else { continue }
          sum += maps[m][row * shape.w + column] * w[(m * kernel + i) * kernel + j]
        }
      }
    }
    return sum
  }

  func scaled(_ x: [Double], perChannel gates: [Double]) -> [Double] {
    x.indices.map { x[$0] * gates[$0 / shape.plane] }
  }

  func scaled(_ x: [Double], perPixel gates: [Double]) -> [Double] {
    x.indices.map { x[$0] * gates[$0 / (shape.c * shape.plane) * shape.plane + $0 % shape.plane] }
  }
}
