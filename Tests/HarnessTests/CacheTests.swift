import Harness
import Kernels
import Measurement
import Records
import Testing
import TiledKernels
import Workloads

/// Elsewhere the report says that a test was skipped.
private let canEvict = ConditionTrait.enabled(
  if: Eviction.evict([]), "this architecture lets no program evict")

@Suite(.serialized) struct CacheTests {
  private func runner(_ cache: CacheState) -> Runner {
    var plan = Plan()
    (plan.requests, plan.threads, plan.cache, plan.rounds) = ([.tiled], [1], cache, 15)
    let facts = RunFacts(machine: Machine(), revision: "", started: "")
    return Runner(plan: plan, tiled: Catalogue(tiledKernels), facts: facts) { false }
  }

  private func record(_ text: String, _ runner: Runner) throws -> Record {
    try #require(try runner.run(Workload(text), suite: "", budget: Seconds(1)).first?.record)
  }

  /// A sign test: were nothing evicted, cold and hot would be the faster one equally often, and 36 or more of 40 pairs would
  /// have the cold one slower with a probability of 9e-8 (the upper tail of the binomial distribution). Where 64 KiB do come
  /// from memory they take more than twice as long, and four pairs are left to whatever runs beside this test.
  @Test(canEvict) func coldInputsTakeLonger() throws {
    let (hot, cold) = (runner(.hot), runner(.cold))
    let ratios = try (0..<40).map { _ in
      let (hot, cold) = (try record("relu@1x16x32x32", hot), try record("relu@1x16x32x32", cold))
      #expect(hot.cache == "hot" && cold.cache == "cold")
      #expect(cold.status == "ok" && cold.samples ?? 0 >= 15)
      return try #require(cold.minMs) / #require(hot.minMs)
    }
    #expect(ratios.count { $0 > 1 } >= 36, "\(ratios)")
  }

  @Test(canEvict) func coldWeightsAreNamed() throws {
    let record = try record("dense:out=256@1x512", runner(.weightsCold))
    #expect(record.cache == "weights-cold" && record.status == "ok" && record.medianMs ?? 0 > 0)
  }

  /// Eviction changes no value.
  @Test func evictedMemoryKeepsItsValues() {
    var values = (0..<10_000).map { Float($0) }
    values.withUnsafeBytes { _ = Eviction.evict([$0]) }
    #expect(values == (0..<10_000).map { Float($0) })
    values[0] = 1
    values.withUnsafeBytes { _ = Eviction.evict([UnsafeRawBufferPointer(rebasing: $0[1..<3])]) }
    #expect(values[0] == 1)
  }
}
