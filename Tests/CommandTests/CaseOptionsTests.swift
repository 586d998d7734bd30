import Commands
import Harness
import Records
import Testing

/// The command line that shows a case again, from what is known of it.
@Suite struct CaseOptionsTests {
  @Test(
    arguments: [
      ("", []), ("dense", []), ("zeros", ["--data", "zeros"]),
      ("dense weights=denormal", ["--weights-data", "denormal"]),
      ("a weights=b.npy weights=zeros", ["--data", "a weights=b.npy", "--weights-data", "zeros"]),
    ] as [(String, [String])])
  func dataIsWhatARecordSays(text: String, options: [String]) { #expect(CaseOptions.data(text) == options) }

  @Test func aCaseHasItsOptions() {
    var record = Record()
    (record.workloadText, record.kernel, record.requestedKernel) = ("relu@1x2x3x5", "tiled/x", "tiled")
    (record.isa, record.threads, record.cache, record.data) = ("avx2", 2, "cold", "zeros")
    #expect(
      CaseIdentity(record).options
        == "'relu@1x2x3x5' --kernels tiled --threads 2 --isa avx2 --cache cold --data 'zeros'")
    (record.kernel, record.requestedKernel, record.cache, record.data) = ("reference", "reference", "hot", "")
    #expect(CaseIdentity(record).options == "'relu@1x2x3x5' --kernels reference")
  }

  @Test func aWrongResultHasItsCommand() {
    var record = Record()
    (record.workloadText, record.kernel, record.status) = ("relu@1x2x3x5", "tiled/x", "disagrees")
    (record.isa, record.threads, record.seed, record.data) = ("avx2", 2, 7, "dense weights=zeros")
    #expect(
      RunRow(restoring: record).reproduction?.line
        == "cbambench verify 'relu@1x2x3x5' --kernels tiled/x --threads 2 --seed 7 --isa avx2"
        + " --weights-data 'zeros'")
  }
}
