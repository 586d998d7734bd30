import Harness
import HarnessSupport
import Records
import Testing

/// The formulas of `Reports/README.md`.
@Suite(.serialized) struct RowTests {
  private func near(_ a: Double?, _ b: Double?) -> Bool {
    guard let a, let b else { return false }
    return abs(a - b) <= 1e-9 * abs(b)
  }

  @Test func derivedColumnsFollowTheirFormulas() throws {
    let records = try rows("conv:out=8,k=3,p=1@1x8x16x16", rounds: 6).map(\.record)
    #expect(records.count == 3)
    let reference = try #require(records.first { $0.kernel == "reference" })
    let single = try #require(records.first { $0.kernel != "reference" && $0.threads == 1 })
    for r in records {
      let (median, flops, bytes) = (try #require(r.medianMs), try #require(r.flops), try #require(r.bytes))
      #expect(r.status == "ok" && r.rounds == 6)
      #expect(near(r.gflops, Double(flops) / (median * 1e6)))
      #expect(near(r.gbps, Double(bytes) / (median * 1e6)))
      #expect(near(r.intensity, Double(flops) / Double(bytes)))
      #expect(near(r.roofFraction, try #require(r.gflops) / (try #require(r.roofGflops))))
      #expect(near(r.speedupVsReference, try #require(reference.medianMs) / median))
      let alone = r.kernel == "reference" ? reference : single
      #expect(near(r.speedupVs1Thread, try #require(alone.medianMs) / median))
      #expect(near(r.efficiency, try #require(r.speedupVs1Thread) / Double(try #require(r.threads))))
      let (low, high) = (try #require(r.ciLowMs), try #require(r.ciHighMs))
      #expect(low <= median && median <= high && low > 0)
      let (shortest, p95) = (try #require(r.minMs), try #require(r.p95Ms))
      #expect(0 < shortest && shortest <= p95 && shortest <= median)
      #expect(try #require(r.samples) >= 6)
      #expect(try #require(r.maxError) <= 1e-5 && r.seed == 1)
    }
    #expect(reference.threads == 1 && reference.isa == "baseline" && reference.speedupVsReference == 1)
  }

  @Test func whatHasNothingToCompareWithIsEmpty() throws {
    let record = try #require(try rows("relu@1x8x16x16", [.tiled], threads: [2]).first?.record)
    #expect(record.speedupVsReference == nil && record.speedupVs1Thread == nil && record.efficiency == nil)
    let free = try #require(try rows("concat@1x2x3x4", [.reference]).first?.record)
    #expect(free.flops == 0 && free.gflops == 0 && free.roofGflops == nil && free.roofFraction == nil)
  }

  @Test func namesAndTextsAreKept() throws {
    let record = try #require(try rows("scale:gate=pixel@1x2x3x4", [.reference]).first?.record)
    #expect(record.suite == "suite" && record.workload == "scale:gate=pixel@1x2x3x4")
    #expect(record.op == "scale" && record.workloadText == record.workload)
    #expect(record.inputShape == "1x2x3x4 1x1x3x4" && record.outputShape == "1x2x3x4")
    #expect(record.requestedKernel == "reference" && record.cache == "hot")
  }
}
