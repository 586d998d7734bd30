/// What a tensor is filled with.
public enum Filling: String, Sendable, CaseIterable {
  /// Uniform in [−1, 1), no denormals (multiples of 2⁻²³).
  case dense
  /// −2, −1, 1 or 2: sums of products are exact in `Float` while Σ|x| stays below 2²⁴, and none lacks a term unnoticed.
  case integers
  /// Uniform in [−1, −2⁻²³]: a maximum that starts at zero is found out.
  case negative
  /// Dense with some NaN.
  case nan
  /// Dense with some +∞ and −∞.
  case infinities

  /// Whether it has neither NaN nor infinities.
  public var isFinite: Bool { self != .nan && self != .infinities }
}

extension Tensor where Element == Float {
  /// Overwrites every element.
  /// - Parameter scale: factor of every value.
  public func fill(_ filling: Filling, scale: Float = 1, using generator: inout some RandomNumberGenerator) {
    for i in 0..<count { pointer[i] = filling.value(using: &generator) * scale }
    switch filling {
    case .nan: scatter([.nan], using: &generator)
    case .infinities: scatter([.infinity, -.infinity], using: &generator)
    case .dense, .integers, .negative: break
    }
  }

  /// Keeps about this share of the elements and makes the others zero.
  /// - Precondition: 0 ≤ share ≤ 1.
  public func thin(keeping share: Double, using generator: inout some RandomNumberGenerator) {
    precondition((0...1).contains(share), "share \(share) must be from 0 to 1")
    for i in 0..<count {
      let uniform = Double(generator.next() >> 11) * 0x1p-53
      if uniform >= share { pointer[i] = 0 }
    }
  }

  /// Subnormal numbers of both signs, uniform over all of them; none is zero.
  public func fillSubnormal(using generator: inout some RandomNumberGenerator) {
    for i in 0..<count {
      let bits = generator.next()
      let size = Float(bitPattern: UInt32(truncatingIfNeeded: bits >> 40) % 0x7f_ffff + 1)
      pointer[i] = bits & 1 == 0 ? size : -size
    }
  }

  /// Turns the first element positive if none is: a ReLU of what is negative or zero everywhere tells nothing.
  public func makeOnePositive() {
    guard count > 0, !buffer.contains(where: { $0 > 0 }) else { return }
    pointer[0] = pointer[0] == 0 ? 0.5 : abs(pointer[0])
  }

  /// Puts the values in one of 61 places or so, each at least once if there is room.
  private func scatter(_ values: [Float], using generator: inout some RandomNumberGenerator) {
    func place() -> Int { Int(generator.next() % UInt64(count)) }
    for k in values.count..<max(values.count, count / 61) { pointer[place()] = values[k % values.count] }
    // Last and far from each other, so that none is overwritten.
    let first = place()
    for (k, value) in values.enumerated() { pointer[(first + k * count / values.count) % count] = value }
  }
}

extension Filling {
  fileprivate func value(using generator: inout some RandomNumberGenerator) -> Float {
    let bits = generator.next()
    switch self {
    case .dense, .nan, .infinities: return Float(Int32(truncatingIfNeeded: bits >> 40) - (1 << 23)) * 0x1p-23
    case .integers: return Float([-2, -1, 1, 2][Int(bits >> 62)])
    case .negative: return -Float((bits >> 41) + 1) * 0x1p-23
    }
  }
}
