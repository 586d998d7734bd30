import Harness
import HarnessSupport
import Kernels
import Models
import Testing

@Suite struct ExampleVerificationTests {
  /// Every kernel that applies to an operator's examples is right on every instruction set of this machine. An operator that is
  /// added comes here by its examples.
  @Test(arguments: Modules.examples)
  func kernelsAreRightOnExamples(text: String) throws {
    let isas = ISA.allCases.filter(\.isAvailable)
    let checks = try checks(text, [.reference, .all], isas: isas)
    #expect(checks.count >= 1 + isas.count)
    for check in checks { #expect(check.outcome == .right, "\(check)") }
  }
}
