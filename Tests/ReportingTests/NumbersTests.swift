import Reporting
import Testing

@Suite struct NumbersTests {
  @Test(arguments: [
    (0, "0"), (7, "7"), (999, "999"), (1000, "1,000"), (8564, "8,564"), (1_000_000, "1,000,000"),
    (-1234, "-1,234"), (-999, "-999"), (Int.min, "-9,223,372,036,854,775,808"),
  ])
  func countsHaveThousandsSeparators(value: Int, text: String) { #expect(Numbers.count(value) == text) }

  @Test(arguments: [
    (1.0, "1.00"), (0.9995, "1.00"), (0.9994, "0.999"), (9.995001, "10.0"), (9.994, "9.99"), (99.96, "100"),
    (99.94, "99.9"), (123.4, "123"), (999.6, "1,000"), (12_345, "12,345"), (0.1, "0.100"),
    (0.00123, "0.00123"),
    (0.0009996, "0.00100"), (-1.236, "-1.24"), (0, "0"), (-0.0, "0"),
  ])
  func threeDigitsAreShown(value: Double, text: String) { #expect(Numbers.significant(value) == text) }

  /// As wide as other cells, however small or large.
  @Test(arguments: [
    (0.0001, "0.000100"), (0.00009996, "0.000100"), (0.000085, "8.50e-5"), (7.38e-6, "7.38e-6"),
    (0.0000002, "2.00e-7"), (-4.5e-12, "-4.50e-12"), (1e15, "1.00e15"), (1e300, "1.00e300"),
    (.leastNormalMagnitude, "2.23e-308"),
  ])
  func extremesAreExponential(value: Double, text: String) {
    #expect(Numbers.significant(value) == text)
    #expect(text.count <= 10)
  }

  @Test(arguments: [
    (0.87, "87 %"), (1.0, "100 %"), (0.087, "8.7 %"), (0.0996, "10 %"), (0.0994, "9.9 %"), (0.0, "0.0 %"),
    (-0.5, "-50 %"), (12.34, "1234 %"),
  ])
  func percentages(fraction: Double, text: String) { #expect(Numbers.percent(fraction) == text) }

  @Test(arguments: [
    (0, "0"), (999, "999"), (1000, "1.00 k"), (8564, "8.56 k"), (99_950, "100 k"), (999_499, "999 k"),
    (999_500, "1.00 M"), (999_999, "1.00 M"), (231_000_000, "231 M"), (999_999_999, "1.00 G"),
    (4_090_000_000, "4.09 G"), (7_000_000_000_000, "7.00 T"), (-999_999, "-1.00 M"),
  ])
  func unitsGrowWithTheRoundedNumber(value: Int, text: String) { #expect(Numbers.scaled(value) == text) }

  @Test func whatIsNotThereIsEmpty() {
    #expect(Numbers.count(nil) == "" && Numbers.scaled(nil) == "")
    #expect(Numbers.significant(nil) == "" && Numbers.percent(nil) == "")
    #expect(Numbers.significant(.nan) == "" && Numbers.significant(.infinity) == "")
    #expect(Numbers.percent(.nan) == "")
  }
}
