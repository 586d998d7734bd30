import Harness
import HarnessSupport
import Kernels
import Testing

/// Where a result of zeros agrees, agreement says nothing.
@Suite struct MistrustTests {
  /// A million products of both signs, by a kernel that may not be shown integers: the bound exceeds every sum.
  static let text = "dense:out=1@1x1000000"

  @Test func runMistrustsAWorkloadThatTellsNothing() throws {
    let kernel = FlawedReLU(flaw: .writesZeros, isDirect: false, outputs: 1)
    let found = try rows(Self.text, [.tiled], [kernel], threads: [1], rounds: 1)
    #expect(found.map(\.status) == [.mistrusted])
    #expect(found[0].record.reason.contains("a result of zeros would have agreed"))
    #expect(found[0].record.medianMs == nil)
    #expect(found[0].reproduction?.workloadText.hasPrefix("dense:out=1") == true)
  }

  @Test func verifyMistrustsWhatNoFillingTells() throws {
    let kernel = FlawedReLU(flaw: .writesZeros, isDirect: false, outputs: 1)
    let outcome = try checks(Self.text, [.tiled], [kernel], threads: [1])[0].outcome
    #expect(outcome == .mistrusted("a result of zeros would have agreed as well with dense input"))
  }

  /// A ReLU of one element is shown a positive one with any seed.
  @Test func zerosAreNoReLU() throws {
    for seed in UInt64(1)...16 {
      let kernel = FlawedReLU(flaw: .writesZeros, isDirect: false)
      let row = try rows("relu@1x1x1x1", [.tiled], [kernel], threads: [1], seed: seed, rounds: 1)[0]
      #expect(row.status == .disagrees)
    }
  }
}
