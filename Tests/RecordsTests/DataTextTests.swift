import Records
import Testing

@Suite struct DataTextTests {
  /// A choice and its column; a file's name may look like anything.
  @Test(
    arguments: [
      ("dense", "dense", "dense"), ("zeros", "dense", "zeros"),
      ("dense", "denormal", "dense weights=denormal"),
      ("a weights=b.npy", "zeros", "a weights=b.npy weights=zeros"),
    ])
  func textGoesBothWays(inputs: String, weights: String, text: String) {
    #expect(DataText.text(inputs: inputs, weights: weights) == text)
    #expect(DataText.parts(text) == (inputs, weights))
  }

  /// Older records have no such column: it means dense, so that they pair.
  @Test func denseIsNoPartOfTheIdentity() {
    var (old, new, other) = (Record(), Record(), Record())
    (old.data, new.data, other.data) = ("", "dense", "zeros")
    #expect(DataText.parts(old.data) == ("dense", "dense"))
    #expect(CaseIdentity(old) == CaseIdentity(new) && CaseIdentity(new) != CaseIdentity(other))
  }
}
