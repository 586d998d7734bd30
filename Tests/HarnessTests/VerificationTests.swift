import Harness
import HarnessSupport
import Kernels
import Testing

@Suite struct VerificationTests {
  /// Every kernel that applies, on every instruction set of this machine, under guard pages.
  @Test(arguments: [
    "conv:out=17,k=3,p=1@1x13x11x7", "conv:out=7,k=7,p=6@1x5x3x2", "conv:out=19,k=3,s=3,p=1,d=2@2x4x23x19",
    "conv:out=64@3x19x5x13", "conv:out=37,s=2@2x29x9x11", "conv:out=60,g=2,act=relu@1x18x7x7",
    "conv:out=23,k=3,p=1,g=23@2x23x13x17",
    // A stride beyond the image: one output along that axis, and pixels that none reads.
    "conv:out=16,s=1x3@17x2x2x2", "conv:out=24,s=1x5@1x8x100x4", "conv:out=8,k=3,s=4@2x5x4x5",
    "conv:out=6,k=3,s=9x4,g=6@1x6x4x6",
    "pool:type=max,k=3,s=2,p=1,ceil=1@2x5x14x9",
    "pool:type=avg,k=3,s=2,p=1,ceil=1,countpad=1@1x3x8x11", "dense:out=37,act=relu@17x53", "se:r=4@2x19x7x5",
    "cbam:r=5,order=spatial-first@2x23x7x7", "cbam:r=2,k=3@2x13x17x19", "cbam:r=5,order=parallel@1x37x19x17",
    "basicblock:out=11,s=2@2x7x9x5", "bottleneck:width=5,out=13,attention=cbam,r=2@1x13x7x9",
  ])
  func kernelsAgreeWithTheOracle(text: String) throws {
    let isas = ISA.allCases.filter(\.isAvailable)
    let checks = try checks(text, [.reference, .all], isas: isas, threads: [1, 2, 5])
    #expect(checks.count >= 1 + isas.count * 3)
    for check in checks { #expect(check.outcome == .right, "\(check)") }
  }

  /// A hundred layers deep, within the range of `Float` with every filling.
  @Test(arguments: 1...3) func deepNetworksAreRight(seed: UInt64) throws {
    let text = "resnext101-1x1d:classes=10@1x3x32x32"
    for check in try checks(text, [.reference, .tiled], seed: seed) {
      #expect(check.outcome == .right && check.fillings == 5, "\(check.outcome)")
      #expect(check.worstRatio > 0 && check.worstRatio < 0.5, "\(check.worstRatio)")
    }
  }

  /// A kernel that does nothing, one that is off by a little and one that depends on the thread count are found out.
  @Test(arguments: Flaw.allCases)
  func flawsAreFound(flaw: Flaw) throws {
    let checks = try checks("relu@1x2x3x5", [.tiled], [FlawedReLU(flaw: flaw)])
    #expect(checks.contains { if case .wrong = $0.outcome { true } else { false } })
    #expect(checks.contains { $0.reproduction?.workloadText == "relu@1x2x3x5" })
  }

  /// A kernel that takes an operator and then cannot be prepared costs only its own checks.
  @Test func whatCannotBePreparedIsWrong() throws {
    let checks = try checks("relu@1x2x3x5", [.reference, .all], [Unpreparable()], threads: [1])
    #expect(
      checks.map(\.outcome) == [
        .right, .wrong("tiled/unpreparable cannot prepare relu: no luck with relu"),
      ])
    #expect(checks.last?.reproduction?.workloadText == "relu@1x2x3x5")
  }

  /// Exact integers and numbers that are not finite are for direct kernels only.
  @Test(arguments: [true, false])
  func transformsAreNotHeldToTheFormulasOwnSum(isDirect: Bool) throws {
    let inexact = try checks("add@1x2x3x5", [.tiled], [InexactAdd(isDirect: isDirect)])
    let swallowing = try checks(
      "relu@1x2x3x5", [.tiled], [FlawedReLU(flaw: .swallowsNaN, isDirect: isDirect)])
    #expect(inexact.allSatisfy { $0.fillings == (isDirect ? 5 : 2) })
    #expect(swallowing.allSatisfy { $0.fillings == (isDirect ? 5 : 2) })
    for check in inexact + swallowing {
      #expect((check.outcome == .right) == !isDirect, "\(check.kernel) \(check.outcome)")
    }
  }
}
