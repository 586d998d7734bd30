import Profiling
import Testing

/// Worker and stage of synthetic stacks: the symbols stand in the notes of the file, as in one that was kept.
@Suite struct AttributionTests {
  static let symbols = [
    "main", "$s7Kernels4TeamC3runyyAA6RegionVF", "cplatform_mark_stage", "cplatform_stage_01",
    "$s7Kernels4MarkO4BodyC3run", "kernel", "cplatform_worker_03",
    "$s7Kernels6WorkerC9awaitWork33_ALLyyAA5StateCF",
    "$s7Kernels5StateC8awaitEndyyF", "cplatform_stage_02",
  ]

  /// A stack of symbols by number, root first, unnamed where the number is none of them.
  static func attributed(_ stacks: [([Int], count: Int)]) throws -> StackProfile {
    var words = RecordedProfileTests.header
    for (stack, count) in stacks {
      // Leaf first; callers are noted after the call.
      let addresses = stack.reversed().enumerated().map { UInt(1000 + 10 * $1 + ($0 == 0 ? 0 : 1)) }
      words += [UInt(count), UInt(stack.count)] + addresses
    }
    var text = "cbambench.stage.1=pool planes\n"
    for (index, name) in symbols.enumerated() {
      text += "cbambench.symbol.\(String(1000 + 10 * index, radix: 16))=\(name)\n"
    }
    let bytes = RecordedProfileTests.bytes(words + RecordedProfileTests.trailer, text)
    return Attribution.attribute(try RecordedProfile(bytes, name: "x.prof"))
  }

  @Test func stagesAndWorkersAreReadOffTheFrames() throws {
    let profile = try Self.attributed([
      ([0, 1, 2, 3, 4, 5], 7),  // The caller in a stage.
      ([6, 2, 3, 5], 5),  // Worker 3 in the same stage.
      ([6, 7], 3),  // It waits for work.
      ([0, 1, 8], 2),  // The caller waits for it.
      ([0, 1], 4),  // The team's own work.
      ([0], 1),
      ([6, 2, 3, 5, 99], 6),  // A leaf without a name.
    ])
    func count(_ worker: String, _ stage: String) -> Int {
      profile.stacks.reduce(0) { $0 + ($1.key[0] == worker && $1.key[1] == stage ? $1.value : 0) }
    }
    #expect(count("worker 0", "pool planes") == 7)
    #expect(count("worker 3", "pool planes") == 11)
    #expect(count("worker 3", Attribution.wait) == 3)
    #expect(count("worker 0", Attribution.wait) == 2)
    #expect(count("worker 0", Attribution.team) == 4)
    #expect(count(Attribution.outside, Attribution.outside) == 1)
    #expect(profile.total == 28)
    #expect(abs(profile.namedShare - 22.0 / 28) < 1e-12)
    #expect(profile.stacks[["worker 0", "pool planes", "kernel"]] == 7)
  }

  /// A kernel that runs another one's regions as stages of its own: the inner stage has the sample.
  @Test func ofStagesInStagesTheInnerCounts() throws {
    let profile = try Self.attributed([([0, 1, 2, 3, 2, 9, 5], 8), ([6, 2, 9, 2, 3, 5], 4)])
    #expect(profile.stacks[["worker 0", "stage 2", "kernel"]] == 8)
    #expect(profile.stacks[["worker 3", "pool planes", "kernel"]] == 4)
  }

  @Test func timesAddUp() throws {
    let profile = try Self.attributed([([0, 1, 2, 3, 5], 60), ([6, 2, 3, 5], 40), ([0, 1, 8], 20)])
    let times = StageTimes(
      profile, order: ["pool planes"], threads: 4, wall: .init(0.5), processor: .init(1.2))
    let stage = try #require(times.stages.first)
    #expect(stage.name == "pool planes" && stage.workers == [60, 0, 0, 40])
    #expect(abs(times.parked.value - 0.8) < 1e-9)
    #expect(abs(times.idleShare - (0.2 + 0.8) / 2) < 1e-9)
    #expect(abs(times.accounted - 1) < 1e-9)
  }

  @Test(arguments: [
    ("$s7Kernels5StateC8awaitEndyyF", "Kernels.State.awaitEnd"),
    (
      "$s12TiledKernels14PreparedDirect33_949DC4C00D5749E867850E13D35AFB8ALLV4rows_5block_4from5plane_ySnySiG_SiAA"
        + "15ConvolutionTaskV5ImageVSPySfGSiSpySfGtF", "TiledKernels.PreparedDirect.rows"
    ),
    (
      "$s11MicroAVX5126ColumnO3runyy0A9KernelAPI15PixelStatisticsV_S2itFZ$0__$0_Tt2g5",
      "static MicroAVX512.Column.run"
    ),
    (
      "$s12TiledKernels11PlaneSweepsV12planeColumns_5gates5pools4into_0B06RegionVSPySfG_AKSg6Models11ChannelGateV5Pools"
        + "OSpySfGAA13WorkerScratchVtFySnySiG_SitcfU_TA",
      "closure #1 in TiledKernels.PlaneSweeps.planeColumns"
    ),
    (
      "$s12TiledKernels14FusedAttentionV0B06KernelAadEP7prepareyAD8Prepared_pAD4TaskVKFTW",
      "TiledKernels.FusedAttention.prepare"
    ),
    (
      "$s12TiledKernels9PixelPoolV7regions4node_5gates4into9workspaceSay0B06RegionVGSS_SPySfGAMSgSpySfGAOtFySi_SitcfU_TATm",
      "closure #1 in TiledKernels.PixelPool.regions"
    ),
    ("$s7Tensors5ShapeV5planeSivg", "Tensors.Shape.plane.getter"), ("malloc", "malloc"),
    ("_ZN3fooEv", "_ZN3fooEv"),
    ("", ""),
  ])
  func namesAreShort(symbol: String, expected: String) { #expect(Demangling.short(symbol) == expected) }
}
