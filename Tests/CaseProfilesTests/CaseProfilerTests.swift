import CaseProfiles
import Harness
import HarnessSupport
import Kernels
import Measurement
import Operators
import Profiling
import Tensors
import Testing
import TiledKernels
import Workloads

/// One at a time, as a process has one profiler; threads of other tests are sampled too.
@Suite(.serialized) struct CaseProfilerTests {
  static func profiler(
    _ request: Plan.Request, _ kernels: [any Kernel] = tiledKernels, threads: Int, enough: Int = 4000
  ) -> CaseProfiler {
    var plan = Plan()
    (plan.requests, plan.threads) = ([request], [threads])
    return CaseProfiler(plan: plan, tiled: Catalogue(kernels), enough: enough) { false }
  }

  /// A stage made slow on purpose comes out on top, with the function that is slow. Samples end the profile, not time; those
  /// of tests beside this one count as well, but hardly all of them.
  @Test func plantedHotSpotIsFound() throws {
    let profiler = Self.profiler(.tiled, [SlowStage()], threads: 2, enough: 400)
    let profile = try profiler.profile(try Workload("relu@1x1x4x4"), budget: Seconds(600))
    let stages = Dictionary(uniqueKeysWithValues: profile.times.stages.map { ($0.name, $0.samples) })
    #expect(stages["planted"] ?? 0 > 4 * (stages["quick"] ?? 0), "\(stages)")
    let function = profile.stacks.stacks.filter {
      $0.key[1] == "planted" && $0.key.contains { $0.contains("spin") }
    }
    #expect(function.values.reduce(0, +) * 2 > stages["planted"] ?? 0, "\(profile.stacks.sorted)")
    #expect(profile.recorded.notes["stage.1"] == "planted")
    // The file tells the same without the executable.
    let again = try RecordedProfile(profile.recorded.bytes, name: "again")
    #expect(Attribution.attribute(again) == profile.stacks)
  }

  @Test func wrongResultsAreNotProfiled() {
    let profiler = Self.profiler(.tiled, [FlawedReLU(flaw: .lastOff)], threads: 1)
    #expect(throws: WrongResult.self) {
      try profiler.profile(try Workload("relu@1x1x4x4"), budget: Seconds(1))
    }
  }

  @Test func severalKernelsAreRefused() throws {
    let profiler = Self.profiler(.all, threads: 1)
    let error = #expect(throws: SeveralCases.self) {
      try profiler.profile(try Workload("conv:out=8,k=3,p=1@1x8x8x8"), budget: Seconds(1))
    }
    #expect(error?.kernels.count ?? 0 > 1)
  }

  @Test func traceHasEveryTileOfEveryCall() throws {
    let trace = try Self.profiler(.tiled, [SlowStage()], threads: 1).trace(try Workload("relu@1x1x4x4"))
    #expect(
      trace.json.contains("\"name\":\"planted\"") && trace.json.hasSuffix("\"displayTimeUnit\":\"ns\"}\n"))
    #expect(trace.json.matches(of: /"ph":"X"/).count == trace.json.matches(of: /"first":0,"last":7/).count)
  }

  /// Work of fused stages is that of the operator, no stage left out or counted twice.
  @Test(arguments: [
    "cbam@1x64x14x14", "cbam:order=parallel@3x64x14x14", "se@1x64x14x14", "conv:out=8,k=3,p=1@2x8x9x9",
  ])
  func workOfStagesAddsUp(text: String) throws {
    let workload = try Workload(text)
    let costs = try Self.profiler(.tiled, threads: 2).costs(workload)
    #expect(costs.work.values.reduce(0) { $0 + $1.flops } == workload.cost.flops, "\(costs.work)")
  }
}

/// A ReLU in two stages, one of which wastes time.
private struct SlowStage: Kernel {
  let name = "tiled/slow-stage"
  func support(_ op: any Operator, _ inputs: [Shape], isa: ISA) -> Support { .yes(Abilities()) }
  func prepare(_ task: KernelTask) throws -> any Prepared { Slow(count: task.inputs[0].count) }

  private struct Slow: Prepared {
    let count: Int
    func workspace(threads: Int) -> Int { 0 }

    func bind(_ memory: CallMemory, threads: Int) -> [Region] {
      [
        Region("quick", tiles: 8) { _, _ in _ = spin(100) },
        Region("planted", tiles: 8) { tile, _ in
          guard spin(4000) != 0, tile == 0 else { return }
          for i in 0..<count { memory.outputs[0][i] = max(0, memory.inputs[0][i]) }
        },
      ]
    }
  }
}

/// Some steps of a generator of random numbers, one waiting for the other.
@inline(never)
private func spin(_ steps: Int) -> UInt64 {
  var state: UInt64 = 88_172_645_463_325_252
  for _ in 0..<steps {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
  }
  return state
}
