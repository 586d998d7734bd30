import Tensors
import Testing

@Suite struct AgreementTests {
  private func compare(_ actual: [Float], _ expected: [Double], _ bounds: [Double]) -> Agreement {
    actual.withUnsafeBufferPointer { Agreement($0, expected: { expected[$0] }, bounds: { bounds[$0] }) }
  }

  @Test func equalAgreesEvenUnderABoundOfZero() {
    let result = compare([1, -2, 0.5], [1, -2, 0.5], [0, 0, 0])
    #expect(result.agrees && result.isTelling)
    #expect(result.count == 3 && result.wrong == 0 && result.telling == 3)
    #expect(result.maxError == 0 && result.worstError == 0 && result.firstWrong == nil)
  }

  @Test func anErrorAtTheBoundAgreesAndAboveItDoesNot() {
    #expect(compare([1.5], [1], [0.5]).agrees)
    let result = compare([1.5], [1], [0.4375])
    #expect(!result.agrees)
    #expect(result.wrong == 1 && result.firstWrong == 0)
    #expect(result.worstError == 0.5 && result.bound == 0.4375)
    #expect(!compare([-1.5], [-1], [0.4375]).agrees)
  }

  @Test func aBoundOfZeroForgivesNothing() {
    let result = compare([1, 2], [1, 2.25], [0, 0])
    #expect(!result.agrees)
    #expect(result.firstWrong == 1 && result.worstError == 0.25 && result.bound == 0)
  }

  @Test func everyElementHasItsOwnBound() {
    // Errors 0.5, 0.25 and 2 under the bounds 1, 0.125 and 16.
    let result = compare([1.5, 1.25, 102], [1, 1, 100], [1, 0.125, 16])
    #expect(result.wrong == 1 && result.firstWrong == 1)
    #expect(result.maxError == 2)
    #expect(result.worstError == 0.25 && result.bound == 0.125)
  }

  @Test func theFirstOfSeveralWrongElementsIsNamed() {
    let result = compare([1, 3, 1, 9], [1, 1, 1, 1], [0.5, 0.5, 0.5, 0.5])
    #expect(result.wrong == 2 && result.firstWrong == 1)
    #expect(result.maxError == 8 && result.worstError == 8)
  }

  @Test func nanMustMeetNaN() {
    #expect(compare([.nan], [.nan], [1]).agrees)
    for found: Float in [0, 1, .infinity, -.infinity] {
      let result = compare([found], [.nan], [1])
      #expect(result.wrong == 1 && result.firstWrong == 0)
    }
    #expect(!compare([.nan], [1], [1]).agrees)
    #expect(!compare([.nan], [0], [.greatestFiniteMagnitude]).agrees)
  }

  @Test func anInfinityMustMeetTheSameInfinity() {
    #expect(compare([.infinity, -.infinity], [.infinity, -.infinity], [1, 1]).agrees)
    for found: Float in [-.infinity, .nan, .greatestFiniteMagnitude, 0] {
      #expect(!compare([found], [.infinity], [1]).agrees)
    }
    #expect(!compare([.infinity], [1], [1]).agrees)
    #expect(!compare([-.infinity], [1], [1]).agrees)
  }

  @Test func nonFiniteExpectationsAreHeldWhateverTheBound() {
    #expect(!compare([1], [.nan], [.infinity]).agrees)
    #expect(!compare([1], [.infinity], [.nan]).agrees)
    #expect(compare([.infinity], [.infinity], [.infinity]).agrees)
  }

  @Test func aFiniteExpectationUnderABoundThatIsNotIsNotJudged() {
    for bound in [Double.infinity, .nan] {
      let result = compare([100, 1], [1, 1], [bound, 0.5])
      #expect(result.agrees)
      #expect(result.count == 2 && result.telling == 1 && result.maxError == 0)
    }
  }

  @Test func zeroesDoNotTell() {
    let result = compare([0, 0, 0], [0, 0, 0], [1, 1e-6, 0])
    #expect(result.agrees && !result.isTelling)
    #expect(result.telling == 0)
  }

  /// Zeros that are known to the last bit leave no other result; one that is not leaves some.
  @Test func whatIsKnownToTheLastBitIsExact() {
    #expect(compare([0, 0], [0, 0], [0, 0]).isExact)
    #expect(!compare([0, 0], [0, 0], [0, 1e-30]).isExact && !compare([], [], []).isExact)
    #expect(compare([0, 2, .nan], [0, 2, .nan], [0, 0, 1]).isExact)
  }

  /// An error of 0.1 % must be found out at most elements that are not zero.
  @Test func aBoundOfAThousandthIsCoarse() {
    #expect(compare([1, 1, 0], [1, 1, 0], [9e-4, 9e-4, 5]).isFine)
    #expect(!compare([1, 1], [1, 1], [9e-4, 2e-3]).isFine)
    #expect(!compare([0, 0], [0, 0], [1, 1]).isFine)
    #expect(compare([0, 0], [0, 0], [0, 0]).isFine)
  }

  @Test func anExpectationWithinItsBoundDoesNotTell() {
    let result = compare([0.5, 2, 0], [0.5, 2, 0], [0.5, 1, 1])
    #expect(result.telling == 1 && result.isTelling)
    #expect(!compare([0.5], [0.5], [0.5]).isTelling)
    #expect(compare([-0.5], [-0.5], [0.25]).isTelling)
    #expect(compare([.nan, .infinity], [.nan, .infinity], [1, 1]).telling == 2)
  }

  @Test func nothingComparedIsAgreedButDoesNotTell() {
    let result = compare([], [], [])
    #expect(result.agrees && !result.isTelling && result.count == 0)
    #expect(result == Agreement())
  }

  @Test func theErrorOfAnInfiniteResultDoesNotHideTheFiniteOnes() {
    let result = compare([.infinity, 1.5], [1, 1], [1, 1])
    #expect(result.wrong == 1 && result.firstWrong == 0)
    #expect(result.maxError == 0.5 && result.worstError == 0.5)
  }

  @Test(arguments: 1...40)
  func movingOneElementByMoreThanItsBoundIsAlwaysFound(seed: UInt64) throws {
    var generator = XorShift(seed &* 0x9e37_79b9)
    let count = Int(generator.next() % 200) + 1
    let tensor = try Tensor<Float>(Shape(count))
    tensor.fill(.dense, using: &generator)
    let expected = tensor.elements.map(Double.init)
    let bounds = expected.map { 1e-3 * abs($0) + 1e-6 }
    #expect(compare(tensor.elements, expected, bounds).agrees)
    let moved = Int(generator.next() % UInt64(count))
    tensor.pointer[moved] += Float(1.5 * bounds[moved])
    let result = compare(tensor.elements, expected, bounds)
    #expect(result.wrong == 1 && result.firstWrong == moved)
    #expect(result.worstError == result.maxError && result.bound == bounds[moved])
  }
}
