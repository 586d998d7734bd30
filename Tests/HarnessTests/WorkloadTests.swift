import Harness
import Kernels
import TiledKernels
import Testing

@Suite struct WorkloadTests {
  @Test(arguments: [
    "conv:out=64,k=3,s=1,p=1,d=1,g=1,bias=1@1x64x56x56", "conv:out=8,k=3x5,s=2,p=1x2,d=1,g=2,bias=0@2x4x9x9",
    "cbam:r=16,k=7,order=channel-first,pool=both@1x256x56x56", "channelpool@1x3x4x5",
    "dense:out=10,bias=1@1x20",
  ])
  func textGoesBothWays(text: String) throws { #expect(try Workload(text).text == text) }

  @Test(arguments: [
    ("conv:out=0@1x3x4x4", "out=0"), ("conv:out=4,g=3@1x4x4x4", "g=3"), ("cbam:r=32@1x16x8x8", "r=32"),
    ("relu@1x0x4x4", "extent 0"), ("relu@1x-3x4x4", "extent -3"), ("relu", "not a workload"),
    ("conv:out=4,strid=2@1x3x4x4", "known keys"), ("konv:out=4@1x3x4x4", "did you mean 'conv'"),
  ])
  func mistakesAreNamed(text: String, part: String) {
    let error = #expect(throws: UsageError.self) { try Workload(text) }
    #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
  }

  @Test func suiteMistakesNameTheLine() {
    for (text, part) in [
      ("# nothing\n", "no workload"), ("relu@1x1x1x1\nfoo\n", "S:2:"),
      ("a = relu@1x1x1x1\na = relu@1x1x1x2", "line 1"),
    ] {
      let error = #expect(throws: UsageError.self) { try Suite(name: "s", text: text, path: "S") }
      #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
    }
  }
}

@Suite struct VerificationTests {
  /// Every kernel that applies, on every instruction set of this machine, under guard pages.
  @Test(arguments: [
    "conv:out=17,k=3,p=1@1x13x11x7", "conv:out=7,k=7,p=6@1x5x3x2", "conv:out=19,k=3,s=3,p=1,d=2@2x4x23x19",
    "conv:out=64@3x19x5x13", "conv:out=23,k=3,p=1,g=23@2x23x13x17",
    "pool:type=max,k=3,s=2,p=1,ceil=1@2x5x14x9",
    "pool:type=avg,k=3,s=2,p=1,ceil=1,countpad=1@1x3x8x11", "dense:out=37,act=relu@17x53", "se:r=4@2x19x7x5",
    "cbam:r=5,order=spatial-first@2x23x7x7", "cbam:r=2,k=3@2x13x17x19", "cbam:r=5,order=parallel@1x37x19x17",
    "basicblock:out=11,s=2@2x7x9x5", "bottleneck:width=5,out=13,attention=cbam,r=2@1x13x7x9",
  ])
  func kernelsAgreeWithTheOracle(text: String) throws {
    var plan = Plan()
    plan.requests = [.reference, .all]
    plan.isas = ISA.allCases.filter(\.isAvailable)
    plan.threads = [1, 2, 5]
    let verifier = Verifier(plan: plan, tiled: Catalogue(TiledKernels.all)) { false }
    let checks = try verifier.check(try Workload(text))
    #expect(checks.count >= 1 + plan.isas.count * 3)
    for check in checks { #expect(check.outcome == .right, "\(check.reproduction ?? "")") }
  }

  /// A kernel that does nothing, one that is off by a little and one that depends on the thread count are found out.
  @Test(arguments: Flaw.allCases)
  func flawsAreFound(flaw: Flaw) throws {
    var plan = Plan()
    plan.requests = [.tiled]
    plan.threads = [1, 2]
    let verifier = Verifier(plan: plan, tiled: Catalogue([FlawedReLU(flaw: flaw)])) { false }
    let checks = try verifier.check(try Workload("relu@1x2x3x5"))
    #expect(checks.contains { if case .wrong = $0.outcome { true } else { false } })
    #expect(checks.contains { $0.reproduction?.contains("cbambench verify 'relu@1x2x3x5'") == true })
  }
}
