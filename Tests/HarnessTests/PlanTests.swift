import Harness
import HarnessSupport
import Kernels
import ReferenceKernels
import Testing
import TiledKernels
import Workloads

@Suite struct PlanTests {
  private let known = Catalogue(tiledKernels).names

  private func candidates(
    _ requests: [Plan.Request], _ isas: [ISA] = [.baseline], _ text: String = "conv:out=8,k=3,p=1@1x4x8x8",
    available: Set<ISA> = [.baseline]
  ) throws -> [Candidate] {
    var plan = Plan()
    (plan.requests, plan.isas) = (requests, isas)
    return plan.candidates(
      try Workload(text), reference: ReferenceKernel(), tiled: Catalogue(tiledKernels)
    ) { available.contains($0) }
  }

  @Test func eachKernelIsThereOnceAndTheReferenceFirst() throws {
    let all = try candidates([.all])
    let best = try #require(try candidates([.tiled]).first).kernelName
    let repeated = try candidates([.tiled, .all, .named(best), .reference, .all, .named("reference")])
    #expect(all.count > 2 && all[0].kernelName == "reference")
    #expect(repeated[0].kernelName == "reference" && repeated[1].kernelName == best)
    #expect(Set(repeated.map(\.kernelName)).count == repeated.count)
    #expect(Set(repeated.map(\.kernelName)) == Set(all.map(\.kernelName)))
  }

  @Test func theReferenceHasOneRowForAllInstructionSets() throws {
    let both = try candidates([.reference, .tiled], [.baseline, .avx2], available: [.baseline, .avx2])
    #expect(both.map(\.isa) == [.baseline, .baseline, .avx2])
  }

  @Test func aMissingInstructionSetIsARow() throws {
    for request in [Plan.Request.tiled, .all, .named("tiled/direct")] {
      let list = try candidates([request], [.avx512])
      let refused = try #require(list.last)
      #expect(list.count { $0.isa == .avx512 } == 1)
      #expect(refused.refusal == "this machine cannot execute avx512" && refused.isa == .avx512)
    }
  }

  @Test func whatANamedKernelDoesNotSupportIsARow() throws {
    let list = try candidates([.named("tiled/pool")])
    #expect(list.map(\.kernelName) == ["tiled/pool"])
    #expect(list[0].refusal?.hasPrefix("tiled/pool ") == true)
    #expect(try candidates([.named("tiled/none")])[0].refusal == "there is no kernel tiled/none")
    let rows = try rows("conv:out=8,k=3,p=1@1x4x8x8", [.named("tiled/pool")])
    #expect(rows.count == 1 && rows[0].status == .skipped && rows[0].record.reason == list[0].refusal)
  }

  /// Each attention module has a fused kernel of its own, all of one name.
  @Test func kernelsOfOneNameAreOneToTheUser() throws {
    #expect(Set(known).count == known.count && known.contains("tiled/fused"))
    for module in ["se:r=4", "channel-attention:r=4", "spatial-attention", "cbam:r=4"] {
      let list = try candidates([.named("tiled/fused")], [.baseline], module + "@1x8x7x7")
      #expect(list.count == 1 && list[0].kernelName == "tiled/fused" && list[0].refusal == nil, "\(module)")
    }
    let refused = try candidates([.named("tiled/fused")])
    #expect(
      refused.map(\.refusal) == ["tiled/fused computes attention modules that have a fused kernel only"])
  }

  @Test(arguments: [
    ("refrence", "did you mean 'reference'"), ("tile", "did you mean 'tiled'"),
    ("tiled/dirct", "did you mean 'tiled/direct'"), ("tensorflow-lite", "known: reference tiled all"),
  ])
  func unknownKernelsGetTheNearestSpelling(text: String, part: String) {
    let error = #expect(throws: UsageError.self) { try Plan.Request(text, known: known) }
    #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
  }

  @Test func knownKernelsAreRead() throws {
    #expect(try Plan.Request("all", known: known) == .all)
    #expect(try Plan.Request("tiled/direct", known: known) == .named("tiled/direct"))
  }
}
