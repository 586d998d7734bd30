import Kernels
import Models
import Operators
import Support
import Tensors
import Testing

/// Gradients of pools, against the loops of the formula. Values are a few small integers, so that most windows have several largest
/// elements, and sums of gradients are exact. Flaws they would catch: the wrong one of equal elements, a NaN that is lost, padding
/// that wins, a row that reaches into the next one's, a window at the edge that is left out.
@Suite struct PoolGradientLaws {
  static let geometries = [
    "k=2", "k=3,s=2,p=1", "k=3,s=2", "k=3,s=1,p=1", "k=3,s=2,ceil=1", "k=2,s=2,p=1", "k=2,s=3", "k=5,s=3,p=2",
    "k=1,s=2", "k=1", "k=3,s=1,p=1,d=2", "k=2,s=2,p=1,d=3", "k=3,s=3,p=1,d=2,ceil=1", "k=3x1,s=1,p=1x0",
    "k=1x7,s=1x2,p=0x3", "k=4x2,s=2x1,p=2x1x0x1", "k=7,s=1,p=3",
  ]
  /// Planes of one element, one row, one column; below a vector, between vectors, above several.
  static let shapes = [
    Shape(1, 3, 1, 1), Shape(2, 3, 1, 9), Shape(1, 5, 9, 1), Shape(1, 2, 2, 3), Shape(3, 7, 7, 7),
    Shape(1, 3, 8, 16), Shape(2, 2, 15, 17), Shape(1, 1, 14, 33), Shape(1, 3, 13, 70), Shape(1, 2, 6, 131),
  ]

  @Test(arguments: geometries, shapes)
  func maximaOfWindows(geometry: String, shape: Shape) throws {
    guard let pool = try pool("pool:type=max,\(geometry)", shape) else { return }
    for filling in [Filling.integers, .nan, .infinities] {
      try expectTheReference(MaximumGradient(pool), inputs(pool, shape, filling))
    }
  }

  @Test(arguments: geometries, shapes)
  func meansOfWindows(geometry: String, shape: Shape) throws {
    for padding in ["", ",countpad=1"] {
      guard let pool = try pool("pool:type=avg,\(geometry)\(padding)", shape) else { continue }
      let gradient = try Tensor<Float>.filled(try pool.output([shape]))
      try expectTheOracle(MeanGradient(pool, input: TensorType(shape)), [gradient])
    }
  }

  /// Planes so large and few that they are cut into bands.
  @Test(arguments: ["type=max,k=3,s=2,p=1", "type=max,k=3,s=1,p=1", "type=avg,k=3,s=2,p=1", "type=max,k=2"])
  func bands(text: String) throws {
    let shape = Shape(1, 2, 130, 141)
    let pool = try #require(try pool("pool:\(text)", shape))
    if pool.kind == .max {
      try expectTheReference(MaximumGradient(pool), inputs(pool, shape, .integers))
    } else {
      try expectTheOracle(
        MeanGradient(pool, input: TensorType(shape)), [.filled(try pool.output([shape]))])
    }
  }

  /// The largest value at every place of a plane, alone and twice, and NaN as well.
  @Test(arguments: Array(1...19) + [31, 32, 33, 47, 64, 65, 100])
  func wholePlanes(pixels: Int) throws {
    let (shape, pool) = (Shape(1, pixels, 1, pixels), GlobalPool(.max))
    for value in [Float(3), .nan] {
      let inputs = try inputs(pool, shape, .integers)
      for plane in 0..<pixels {
        inputs[0].pointer[plane * pixels + plane] = value
        inputs[0].pointer[plane * pixels + (plane * 5 + 3) % pixels] = value
      }
      try expectTheReference(MaximumGradient(pool), inputs)
    }
    let gradient = try Tensor<Float>.filled(Shape(1, pixels, 1, 1))
    try expectTheOracle(MeanGradient(GlobalPool(.avg), input: TensorType(shape)), [gradient])
  }

  /// Planes without anything above minus infinity: the first element has the maximum.
  @Test(arguments: ["k=2", "k=3,s=2,p=1", "k=3,s=1,p=1", "k=5,s=3,p=2"])
  func minusInfinityAlone(geometry: String) throws {
    let shape = Shape(1, 2, 9, 37)
    let pool = try #require(try pool("pool:type=max,\(geometry)", shape))
    let inputs = try inputs(pool, shape, .integers)
    inputs[0].buffer.update(repeating: -.infinity)
    try expectTheReference(MaximumGradient(pool), inputs)
    try expectTheReference(
      MaximumGradient(GlobalPool(.max)), [inputs[0], .filled(Shape(1, 2, 1, 1), .integers)])
  }

  /// Windows that divide the plane, and windows that overlap.
  @Test(arguments: [Shape(1, 3, 14, 14), Shape(2, 3, 14, 15), Shape(1, 2, 1, 40), Shape(1, 5, 3, 4)])
  func adaptiveMeans(shape: Shape) throws {
    for extent in ["1", "2", "7", "3x5", "1x9"] {
      guard let pool = try Modules.parse("adaptivepool:out=\(extent)") as? AdaptivePool,
        let output = try? pool.output([shape])
      else { continue }
      try expectTheOracle(MeanGradient(pool, input: TensorType(shape)), [.filled(output)])
    }
  }

  /// The first of equal channels, the first NaN; pixels below a vector and above several, one channel and many.
  @Test(arguments: Array(1...18) + [31, 32, 33, 49, 64, 65, 100, 257], [1, 2, 5, 40])
  func channelPools(pixels: Int, channels: Int) throws {
    let shape = Shape(2, channels, 1, pixels)
    for filling in [Filling.integers, .nan, .infinities] {
      let gradient = try Tensor<Float>.filled(Shape(2, 2, 1, pixels), .integers, seed: 3)
      try expectTheReference(ChannelPoolGradient(), [.filled(shape, filling), gradient])
    }
  }

  /// Nil where the pool does not take the shape.
  private func pool(_ text: String, _ shape: Shape) throws -> Pool2D? {
    guard let pool = try Modules.parse(text) as? Pool2D, (try? pool.output([shape])) != nil else {
      return nil
    }
    return pool
  }

  /// The input, and integers as the gradient.
  private func inputs(
    _ pool: any WindowPool, _ shape: Shape, _ filling: Filling
  ) throws -> [Tensor<Float>] {
    [try .filled(shape, filling), try .filled(try pool.output([shape]), .integers, seed: 3)]
  }
}
