import Harness
import Kernels
import Testing

/// Where a result of zeros agrees, agreement says nothing.
@Suite struct MistrustTests {
  /// ReLU of one element, which is not positive with some seeds, be it dense or an integer.
  @Test func runMistrustsAWorkloadThatTellsNothing() throws {
    let found = try (UInt64(1)...16).flatMap { seed in
      try rows(
        "relu@1x1x1x1", [.tiled], [FlawedReLU(flaw: .writesZeros)], threads: [1], seed: seed, rounds: 1)
    }
    let mistrusted = try #require(found.first { $0.status == .mistrusted })
    #expect(mistrusted.record.reason.contains("a result of zeros would have agreed"))
    #expect(mistrusted.record.medianMs == nil)
    #expect(mistrusted.reproduction?.contains("verify 'relu@1x1x1x1'") == true)
  }

  /// A NaN tells about a direct kernel; a transform is never shown one.
  @Test func verifyMistrustsWhatNoFillingTells() throws {
    let outcomes = try (UInt64(1)...16).map { seed in
      var plan = Plan()
      (plan.requests, plan.threads, plan.seed) = ([.tiled], [1], seed)
      let tiled = Catalogue([FlawedReLU(flaw: .writesZeros, isDirect: false)])
      return try Verifier(plan: plan, tiled: tiled) { false }.check(Workload("relu@1x1x1x1"))[0].outcome
    }
    #expect(outcomes.contains { if case .mistrusted = $0 { true } else { false } })
    #expect(outcomes.contains { if case .wrong = $0 { true } else { false } })
    #expect(!outcomes.contains(.right))
  }
}
