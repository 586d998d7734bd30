import Harness
import Kernels
import Measurement
import Records
import TiledKernels
import Testing

@Suite(.serialized) struct CacheTests {
  private func record(_ text: String, _ cache: CacheState) throws -> Record {
    var plan = Plan()
    plan.requests = [.tiled]
    plan.threads = [1]
    plan.cache = cache
    plan.rounds = 15
    let facts = RunFacts(machine: Machine(), revision: "", started: "")
    let runner = Runner(plan: plan, tiled: Catalogue(TiledKernels.all), facts: facts) { false }
    return try #require(try runner.run(Workload(text), suite: "", budget: Seconds(1)).first?.record)
  }

  /// Two MiB that come from memory take longer than from a cache, also beside other tests: the best of a few tells.
  @Test func coldInputsTakeLonger() throws {
    guard Eviction.evict([]) else { return }
    let ratios = try (0..<5).map { _ in
      let (hot, cold) = (try record("relu@1x64x64x64", .hot), try record("relu@1x64x64x64", .cold))
      #expect(hot.cache == "hot" && cold.cache == "cold")
      #expect(cold.status == "ok" && cold.samples ?? 0 >= 15)
      return (cold.minMs ?? 0) / (hot.minMs ?? .infinity)
    }
    #expect(ratios.contains { $0 > 1.1 }, "\(ratios)")
  }

  @Test func coldWeightsAreNamed() throws {
    guard Eviction.evict([]) else { return }
    let record = try record("dense:out=256@1x512", .weightsCold)
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
