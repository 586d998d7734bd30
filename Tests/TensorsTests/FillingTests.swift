import Tensors
import Testing

/// A generator of the tests' own (xorshift64*), so that the laws hold for more than one.
struct XorShift: RandomNumberGenerator {
  var state: UInt64

  init(_ seed: UInt64) { state = seed | 1 }

  mutating func next() -> UInt64 {
    state ^= state >> 12
    state ^= state << 25
    state ^= state >> 27
    return state &* 0x2545_f491_4f6c_dd1d
  }
}

@Suite struct FillingTests {
  private func values(
    _ filling: Filling, count: Int = 20_000, seed: UInt64 = 7, scale: Float = 1
  ) throws -> [Float] {
    let tensor = try Tensor<Float>(Shape(count))
    var generator = XorShift(seed)
    tensor.fill(filling, scale: scale, using: &generator)
    return tensor.elements
  }

  @Test(arguments: Filling.allCases)
  func sameSeedSameValues(filling: Filling) throws {
    let bits = try values(filling).map(\.bitPattern)
    #expect(try values(filling).map(\.bitPattern) == bits)
    #expect(try values(filling, seed: 8).map(\.bitPattern) != bits)
  }

  @Test func sameSeedSameValuesWhateverTheBacking() throws {
    var (first, second) = (XorShift(3), XorShift(3))
    let aligned = try Tensor<Float>(Shape(2, 3, 5))
    let guarded = try Tensor<Float>(Shape(30), backing: .guarded)
    aligned.fill(.dense, using: &first)
    guarded.fill(.dense, using: &second)
    #expect(aligned.elements == guarded.elements)
    #expect(first.state == second.state)
  }

  @Test func denseIsUniformBetweenMinusOneAndOne() throws {
    let values = try values(.dense)
    #expect(values.allSatisfy { $0 >= -1 && $0 < 1 })
    #expect(values.allSatisfy { $0 == 0 || $0.isNormal })
    #expect(values.allSatisfy { ($0 * 0x1p23).rounded() == $0 * 0x1p23 })
    let mean = values.reduce(0.0) { $0 + Double($1) } / Double(values.count)
    let square = values.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(values.count)
    // Standard errors are 0.0041 and 0.0021.
    #expect(abs(mean) < 0.02)
    #expect(abs(square - 1.0 / 3) < 0.01)
    #expect(values.min()! < -0.99 && values.max()! > 0.99)
  }

  /// Without zeros, so that a sum that lacks a term is found out.
  @Test func integersAreSmallAndNotZero() throws {
    let values = try values(.integers)
    #expect(Set(values) == [-2, -1, 1, 2])
  }

  @Test(arguments: [0.0, 0.1, 0.5, 1]) func thinningKeepsAShare(share: Double) throws {
    let tensor = try Tensor<Float>(Shape(20_000))
    var generator = XorShift(3)
    tensor.fill(.integers, using: &generator)
    tensor.thin(keeping: share, using: &generator)
    let kept = Double(tensor.elements.count { $0 != 0 }) / 20_000
    // Standard errors are at most 0.0036.
    #expect(share == 0 || share == 1 ? kept == share : abs(kept - share) < 0.02)
  }

  @Test func subnormalsAreSubnormalAndOfBothSigns() throws {
    let tensor = try Tensor<Float>(Shape(20_000))
    var generator = XorShift(3)
    tensor.fillSubnormal(using: &generator)
    #expect(tensor.elements.allSatisfy(\.isSubnormal))
    #expect(tensor.elements.contains { $0 < 0 } && tensor.elements.contains { $0 > 0x1p-128 })
  }

  @Test func oneIsMadePositiveIfNoneIs() throws {
    for (values, expected) in [
      ([-3, -2], [3, -2]), ([0, 0], [0.5, 0]), ([-3, 2], [-3, 2]),
    ] as [([Float], [Float])] {
      let tensor = try Tensor<Float>(Shape(2))
      tensor.assign(values)
      tensor.makeOnePositive()
      #expect(tensor.elements == expected)
    }
  }

  @Test func negativeIsBelowZeroEverywhere() throws {
    let values = try values(.negative)
    #expect(values.allSatisfy { $0 < 0 && $0 >= -1 })
    #expect(values.max()! <= -0x1p-23)
  }

  @Test(arguments: [1, 2, 60, 61, 1000])
  func nanIsAmongFiniteValues(count: Int) throws {
    let values = try values(.nan, count: count)
    let wrong = values.filter(\.isNaN).count
    #expect(wrong >= 1)
    #expect(wrong <= max(1, count / 61))
    #expect(values.allSatisfy { $0.isNaN || ($0 >= -1 && $0 < 1) })
  }

  @Test(arguments: [1, 2, 60, 61, 1000])
  func infinitiesAreAmongFiniteValues(count: Int) throws {
    let values = try values(.infinities, count: count)
    let wrong = values.filter(\.isInfinite).count
    #expect(wrong >= 1)
    #expect(wrong <= max(2, count / 61))
    #expect(values.allSatisfy { $0.isInfinite || ($0 >= -1 && $0 < 1) })
  }

  @Test(arguments: [2, 3, 60, 61, 200, 20_000])
  func bothInfinitiesAreThere(count: Int) throws {
    for seed in 1...50 {
      let values = try values(.infinities, count: count, seed: UInt64(seed))
      #expect(values.contains(.infinity) && values.contains(-.infinity))
      #expect(!values.contains { $0.isNaN })
    }
  }

  @Test func scaleMultipliesEveryValue() throws {
    for filling in [Filling.dense, .integers, .negative] {
      #expect(try values(filling, scale: 0.25) == values(filling).map { $0 * 0.25 })
    }
  }

  @Test func namesAreTheWordsOfTheCommandLine() {
    #expect(Filling.allCases.map(\.rawValue) == ["dense", "integers", "negative", "nan", "infinities"])
  }
}
