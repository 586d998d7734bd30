import Tensors

/// What one comparison of a case with the oracle found.
package struct Verdict: Equatable {
  package enum Outcome: Equatable {
    case agrees
    case disagrees(String)
    /// The comparison could not have failed.
    case mistrusted(String)
  }

  package let agreement: Agreement
  /// Why the result is wrong.
  package let wrong: String?
  /// What the inputs were, for a sentence: `dense input`.
  package let input: String

  package init(_ agreement: Agreement, wrong: String? = nil, input: String) {
    (self.agreement, self.wrong, self.input) = (agreement, wrong, input)
  }
}

/// What the comparisons of one case say together, with one input after the other: the one judgement of `run`, `verify`,
/// `profile` and `compare`.
///
/// A case is wrong if any comparison found an error. It is right if some comparison would have found out a result of zeros,
/// or if the oracle knows every output of one to the last bit, zeros or not (what is not written is NaN).
/// An input under which zeros are right (ReLU of negative numbers) is no flaw if another one tells.
package struct Judgement: Equatable {
  /// Of the first comparison: the memory that is timed.
  package private(set) var agreement = Agreement()
  /// Comparisons in which a wrong result would have been found out.
  package private(set) var fillings = 0
  /// Largest error ÷ bound of all comparisons.
  package private(set) var worstRatio = 0.0
  package private(set) var hasCompared = false
  /// Whether some comparison would have found out a result of zeros.
  package private(set) var isTelling = false
  /// Whether some comparison would have found out an error that is no matter of rounding.
  package private(set) var isFine = false
  private var isExact = false
  private var wrong: String?
  private var blind = ""

  package init() {}

  package mutating func note(_ verdict: Verdict) {
    let found = verdict.agreement
    if !hasCompared { (agreement, blind) = (found, verdict.input) }
    hasCompared = true
    wrong = wrong ?? verdict.wrong
    isTelling = isTelling || found.isTelling
    // Where there is no element, all that could be wrong is the number of rows.
    let isKnown = found.isExact || found.count == 0
    isExact = isExact || isKnown
    isFine = isFine || found.isTelling && found.isFine
    if found.isTelling || isKnown { fillings += 1 }
    if found.bound > 0 { worstRatio = max(worstRatio, found.worstError / found.bound) }
  }

  package var isWrong: Bool { wrong != nil }

  package var outcome: Verdict.Outcome {
    if let wrong { return .disagrees(wrong) }
    if isTelling || isExact { return .agrees }
    return .mistrusted("a result of zeros would have agreed as well with \(blind)")
  }
}
