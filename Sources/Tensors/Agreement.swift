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
  /// Elements that disagree.
  public var wrong = 0
  /// Elements at which a zero would have been found out, or whose expected value is not finite.
  public var telling = 0
  /// Elements whose expected value has no error at all: any other would have been found out.
  public var exact = 0
  /// Elements other than zero at which a relative error of `Agreement.smallError` would have been found out, and those
  /// at which it would not.
  public var fine = 0
  /// See `fine`.
  public var coarse = 0
  /// Elements compared.
  public var count = 0

  /// An error that is no matter of rounding: a comparison that would not notice it is coarse.
  public static let smallError = 1e-3

  /// Whether every element lies within its bound.
  public var agrees: Bool { wrong == 0 }

  /// Whether a result of zeros would have been found out.
  public var isTelling: Bool { telling > 0 }

  /// Whether nothing but the expected values agrees, be they zeros: the taps of a convolution may all lie in padding.
  public var isExact: Bool { count > 0 && exact == count }

  /// Whether a relative error of `Agreement.smallError` would have been found out at most elements.
  public var isFine: Bool { isExact || fine > coarse }

  /// Nothing compared yet.
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
        exact += 1
        fine += 1
        note(wanted.isNaN ? found.isNaN : found == wanted, at: i)
        continue
      }
      guard bound.isFinite else { continue }
      let error = abs(found - wanted)
      if abs(wanted) > bound { telling += 1 }
      if bound == 0 { exact += 1 }
      if wanted != 0 {
        if abs(wanted) * Agreement.smallError > bound { fine += 1 } else { coarse += 1 }
      }
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

extension Agreement {
  /// Compares elements that know no rounding.
  public init(exact actual: any AnyTensor, _ expected: any AnyTensor, count: Int) {
    precondition(
      actual.element == expected.element && min(actual.shape.count, expected.shape.count) >= count,
      "\(count) elements of \(actual.type) and \(expected.type)")
    self.count = count
    exact = count
    let size = expected.element.bytes
    for i in 0..<count {
      let (a, b) = (actual.memory[i * size..<(i + 1) * size], expected.memory[i * size..<(i + 1) * size])
      if b.contains(where: { $0 != 0 }) { telling += 1 }
      fine += 1
      note(a.elementsEqual(b), at: i)
    }
  }

  /// Nothing agrees: there are other elements than expected.
  public static func differing(_ count: Int) -> Agreement {
    var result = Agreement()
    (result.count, result.wrong, result.firstWrong) = (count, max(1, count), 0)
    return result
  }

  /// Adds what was found of a further tensor whose elements are numbered from `first` on.
  public mutating func add(_ other: Agreement, from first: Int) {
    let ratio = { (a: Agreement) in a.bound > 0 ? a.worstError / a.bound : a.worstError > 0 ? .infinity : 0 }
    if ratio(other) >= ratio(self) { (bound, worstError) = (other.bound, other.worstError) }
    maxError = max(maxError, other.maxError)
    if firstWrong == nil { firstWrong = other.firstWrong.map { first + $0 } }
    wrong += other.wrong
    telling += other.telling
    exact += other.exact
    fine += other.fine
    coarse += other.coarse
    count += other.count
  }
}
