import Harness
import Kernels
import Measurement
import Records
import Testing
import TiledKernels
import Workloads

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

  /// 64 KiB that come from memory take more than twice as long as from a cache; were nothing evicted, hardly ever 1.3 times as
  /// long. Other tests may slow one of the two down: the first pair that shows the difference tells.
  @Test func coldInputsTakeLonger() throws {
    guard Eviction.evict([]) else { return }
    let (hot, cold) = (runner(.hot), runner(.cold))
    var ratios: [Double] = []
    repeat {
      let (hot, cold) = (try record("relu@1x16x32x32", hot), try record("relu@1x16x32x32", cold))
      #expect(hot.cache == "hot" && cold.cache == "cold")
      #expect(cold.status == "ok" && cold.samples ?? 0 >= 15)
      ratios.append((cold.minMs ?? 0) / (hot.minMs ?? .infinity))
    } while (ratios.last ?? 0) <= 1.3 && ratios.count < 100
    #expect(ratios.contains { $0 > 1.3 }, "\(ratios)")
  }

  @Test func coldWeightsAreNamed() throws {
    guard Eviction.evict([]) else { return }
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
