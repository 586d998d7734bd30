import PlainText
import Testing

@Suite struct PatternTests {
  private func found(_ pattern: String, _ text: String) throws -> Bool {
    try Pattern(pattern).isFound(in: text)
  }

  @Test(arguments: [
    ("^CBAM 256@56$", "CBAM 256@56", true), ("^CBAM 256@56$", "CBAM 256@56 parallel", false),
    ("3x3|1x1", "conv 1x1 64->64@56", true), ("^(SE|CBAM) \\d+@7$", "SE 2048@7", true),
    ("^(SE|CBAM) \\d+@7$", "SE x@7", false), ("[0-9]{3,4}@", "64@56", false),
    ("[0-9]{3,4}@", "1024@14", true),
    ("a{2}", "aa", true), ("^a{2}$", "aaa", false), ("^a{2,}$", "aaaa", true), ("^a{0,2}$", "", true),
    ("^a{0,2}$", "aaa", false), ("", "", true), ("", "x", true), ("^$", "x", false), ("a|", "", true),
    ("[^a-c]", "abc", false), ("[^a-c]", "abcd", true), ("[]a]", "]", true), ("[a-]", "-", true),
    ("[\\d.]+$", "1.5", true), ("^[\\d-x]+$", "1-x", true), ("^[\\w-]+$", "a-1", true),
    ("(?:ab)+c", "ababc", true), ("a+?b", "b", false), ("a*?b", "b", true),
    ("\\bconv\\b", "a conv b", true), ("\\bconv\\b", "aconv b", false), ("\\+", "a+b", true),
    ("resnet50\\+se", "resnet50+se:r=16", true),
    ("\\D", "12", false), ("\\W", "ab_1", false), ("\\S", " \t", false), (".", "", false),
    ("a.c", "aπc", true),
    ("(?i)cbam", "CBAM 1", true), ("(?i)[A-C]X", "bx", true), ("cbam", "CBAM", false),
    ("((a|b)*c)+$", "abcac", true),
    ("^(a|ab)(c|bcd)$", "abcd", true), ("x*", "y", true), ("(a*)*b", "aab", true), ("()*a", "a", true),
    ("conv:out=64,k=3", "conv:out=64,k=3@1x64x56x56", true), ("64->64", "conv 3x3 64->64@56", true),
  ])
  func searches(pattern: String, text: String, expected: Bool) throws {
    #expect(try found(pattern, text) == expected)
  }

  @Test(arguments: [
    ("(", "a group is not closed"), (")", "closes no group"), ("[a", "not closed"), ("[]", "not closed"),
    ("*a", "'*' repeats nothing"),
    ("a|*", "repeats nothing"), ("a\\", "follows the backslash"), ("\\1", "'\\1' is not known"),
    ("\\p{L}", "is not known"),
    ("(?=a)", "'(?' begins"), ("(?<n>a)", "'(?' begins"), ("a(?i)", "'(?' begins"), ("a{", "expected {n}"),
    ("a{2,1}", "expected {n}"),
    ("a{99999}", "expected {n}"), ("[z-a]", "ends before it begins"), ("[[:alpha:]]", "'[:' is not known"),
    ("((a{1000}){1000}){1000}", "more than 2000 steps"), ("a{0,1999}{0,1999}", "more than 2000 steps"),
  ])
  func mistakes(pattern: String, part: String) {
    let error = #expect(throws: PatternError.self) { try Pattern(pattern) }
    #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
  }

  @Test func nestingIsBounded() {
    let deep = String(repeating: "(", count: 100_000)
    #expect(throws: PatternError.self) { try Pattern(deep) }
    #expect(throws: PatternError.self) { try Pattern(String(repeating: "a", count: 1 << 20)) }
  }

  /// A search that backtracks takes 2^4000 steps for these.
  @Test(arguments: [
    "(a+)+$", "(a|a)*b", "(a*)*b", "(a|aa)+$", "^(([a-z])+.)+[A-Z]([a-z])+$", "(.*)*x", "(a?){100}a{100}b",
  ])
  func nothingBacktracks(pattern: String) throws {
    #expect(try !found(pattern, String(repeating: "a", count: 4000) + "!"))
  }
}
