/// What a tensor is filled with.
public enum Filling: String, Sendable, CaseIterable {
  /// Uniform in [−1, 1), no denormals (multiples of 2⁻²³).
  case dense
  /// Integers from −2 to 2: sums of products are exact in `Float` while they stay below 2²⁴.
  case integers
  /// Uniform in [−1, −2⁻²³]: a maximum that starts at zero is found out.
  case negative
  /// Dense with some NaN.
  case nan
  /// Dense with some +∞ and −∞.
  case infinities

  public var isFinite: Bool { self != .nan && self != .infinities }
}

extension Tensor where Element == Float {
  public func fill(_ filling: Filling, scale: Float = 1, using generator: inout some RandomNumberGenerator) {
    for i in 0..<count { pointer[i] = filling.value(using: &generator) * scale }
    switch filling {
    case .nan: scatter([.nan], using: &generator)
    case .infinities: scatter([.infinity, -.infinity], using: &generator)
    case .dense, .integers, .negative: break
    }
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
    case .integers: return Float(Int(bits % 5) - 2)
    case .negative: return -Float((bits >> 41) + 1) * 0x1p-23
    }
  }
}
