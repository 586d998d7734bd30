/// How far a result lies from what was expected, element by element, each under its own bound.
public struct Agreement: Sendable, Equatable {
  /// Largest |actual − expected| over finite elements.
  public var maxError = 0.0
  /// The bound at the element where error ÷ bound is largest.
  public var bound = 0.0
  /// The error there.
  public var worstError = 0.0
  /// First element that disagrees.
  public var firstWrong: Int?
  public var wrong = 0
  /// Elements at which a zero would have been found out, or whose expected value is not finite.
  public var telling = 0
  public var count = 0

  public var agrees: Bool { wrong == 0 }

  /// Whether some wrong result could have been noticed.
  public var isTelling: Bool { telling > 0 }

  public init() {}
}

extension Agreement {
  /// Compares `actual` with `expected` under `bounds`, one per element.
  ///
  /// NaN must meet NaN and an infinity the same infinity. Where the bound itself is not finite (an infinite input
  /// mixed with finite ones), a finite value is not judged.
  public init(
    _ actual: UnsafeBufferPointer<Float>, expected: (Int) -> Double, bounds: (Int) -> Double
  ) {
    var worstRatio = -1.0
    for i in actual.indices {
      let (found, wanted, bound) = (Double(actual[i]), expected(i), bounds(i))
      count += 1
      guard wanted.isFinite else {
        telling += 1
        note(wanted.isNaN ? found.isNaN : found == wanted, at: i)
        continue
      }
      guard bound.isFinite else { continue }
      let error = abs(found - wanted)
      if abs(wanted) > bound { telling += 1 }
      note(error <= bound, at: i)
      if !error.isFinite { continue }
      maxError = max(maxError, error)
      let ratio = bound > 0 ? error / bound : (error == 0 ? 0 : .infinity)
      if ratio > worstRatio {
        worstRatio = ratio
        worstError = error
        self.bound = bound
      }
    }
  }

  private mutating func note(_ right: Bool, at i: Int) {
    if right { return }
    wrong += 1
    if firstWrong == nil { firstWrong = i }
  }
}
