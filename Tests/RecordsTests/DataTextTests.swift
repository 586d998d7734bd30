import Records
import Testing

@Suite struct DataTextTests {
  /// A choice, its column and the options that make it again; a file's name may look like anything.
  @Test(
    arguments: [
      ("dense", "dense", "dense", []), ("zeros", "dense", "zeros", ["--data", "zeros"]),
      ("dense", "denormal", "dense weights=denormal", ["--weights-data", "denormal"]),
      (
        "a weights=b.npy", "zeros", "a weights=b.npy weights=zeros",
        ["--data", "a weights=b.npy", "--weights-data", "zeros"]
      ),
    ] as [(String, String, String, [String])])
  func textGoesBothWays(inputs: String, weights: String, text: String, options: [String]) {
    #expect(DataText.text(inputs: inputs, weights: weights) == text)
    #expect(DataText.options(text) == options)
  }

  /// Older records have no such column: it means dense, so that they pair.
  @Test func denseIsNoPartOfTheIdentity() {
    var (old, new, other) = (Record(), Record(), Record())
    (old.data, new.data, other.data) = ("", "dense", "zeros")
    #expect(CaseIdentity(old) == CaseIdentity(new) && CaseIdentity(new) != CaseIdentity(other))
    #expect(CaseIdentity(other).options.hasSuffix(" --data 'zeros'"))
    #expect(!CaseIdentity(new).options.contains("--data"))
  }
}
