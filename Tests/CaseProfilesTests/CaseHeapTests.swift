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

/// One at a time, as a process has one heap profiler. Tests beside these allocate as well: what is told of a stage counts
/// only its own threads, what is told of the process is checked in one of its own (`HeapProfileTests`).
@Suite(.serialized) struct CaseHeapTests {
  static func heap(
    _ text: String, _ kernels: [any Kernel] = tiledKernels, _ request: Plan.Request = .tiled,
    threads: Int = 2
  )
    throws -> CaseHeap
  {
    try CaseProfilerTests.profiler(request, kernels, threads: threads).heap(
      try Workload(text), budget: Seconds(60))
  }

  /// A stage that allocates comes out by name, with the right number, in the first call and in the steady state.
  @Test func plantedAllocationsAreFound() throws {
    let heap = try Self.heap("relu@1x1x4x4", [AllocatingStage()])
    #expect(heap.phases.map(\.name) == ["prepare", "bind", "first call", "steady state"])
    #expect(heap.phases.map(\.calls) == [0, 0, 1, 20] && heap.calls == 21)
    #expect(heap.stages.map(\.name) == ["quiet", "planted"])
    for phase in heap.phases where phase.calls > 0 {
      let (quiet, planted) = (
        phase.count.stages[heap.stages[0].index], phase.count.stages[heap.stages[1].index]
      )
      #expect(quiet == HeapUse())
      #expect(
        planted
          == HeapUse(allocations: 24 * phase.calls, bytes: 24_576 * phase.calls, frees: 24 * phase.calls))
      #expect(phase.count.use.allocations >= planted.allocations)
    }
  }

  /// tcmalloc's stacks tell the same as the hooks, to the last byte.
  @Test func stacksAndCountsAgree() throws {
    // Stacks of tests beside this one may fill tcmalloc's buffer.
    var heap = try Self.heap("relu@1x1x4x4", [AllocatingStage()])
    for _ in 0..<1000 where heap.missing.objects > 0 {
      heap = try Self.heap("relu@1x1x4x4", [AllocatingStage()])
    }
    try #require(heap.missing.objects == 0)
    #expect(heap.stacks.allocated(stage: "planted") == .init(objects: 24 * 21, bytes: 24_576 * 21))
    #expect(heap.stacks.allocated(stage: "quiet") == .init())
    for (index, phase) in heap.phases.prefix(2).enumerated() {
      let stage = phase.count.stages[index]
      #expect(
        heap.stacks.allocated(stage: phase.name) == .init(objects: stage.allocations, bytes: stage.bytes))
    }
    let planted = try #require(heap.stacks.functions { $0 == "planted" }.first { $0.name.contains("grab") })
    #expect(planted.itself == .init(objects: 24 * 21, bytes: 24_576 * 21))
    let kept = heap.stacks.stacks.filter {
      $0.key[1] == "prepare" && $0.key.contains { $0.contains("grab") }
    }
    #expect(kept.values.contains { $0.inUse == .init(objects: 1, bytes: 5120) }, "\(kept)")
    // The file tells the same without the executable.
    let again = try RecordedHeap(heap.recorded.bytes, name: "again")
    #expect(Attribution.attribute(again) == heap.stacks && again.total == heap.stacks.total)
  }

  /// What is reported as workspace is what a record says, and a call writes it: all but rounding with one thread. With two, one
  /// may have done all tiles before the other is awake.
  @Test(
    arguments: [
      "conv:out=40,k=3,p=1@2x16x15x17", "pool:k=3,s=2,p=1@1x8x15x15", "cbam@1x32x9x9", "relu@1x8x9x9",
    ], [1, 2])
  func workspaceIsTrue(text: String, threads: Int) throws {
    let heap = try Self.heap(text, threads: threads)
    let row = try #require(try rows(text, [.tiled], threads: [threads], rounds: 1).first)
    #expect(row.record.workspaceBytes == heap.workspaceBytes)
    let slack = 4 * (heap.isa.microKernels.scratch + 16 * heap.stages.count)
    #expect(heap.workspaceWritten <= heap.workspaceBytes)
    #expect(
      threads > 1 || heap.workspaceWritten >= heap.workspaceBytes - slack, "\(heap.workspaceWritten)")
    #expect(heap.callPeak >= heap.workspaceBytes)
    for phase in heap.phases where phase.calls > 0 {
      for stage in heap.stages { #expect(phase.count.stages[stage.index] == HeapUse(), "\(stage.name)") }
    }
    #expect(heap.weightBytes <= heap.phases[0].count.stages[0].bytes)
    #expect(heap.weightBytes > 0 || !text.hasPrefix("c"))
  }

  /// What the first call takes once is no part of the memory that each call takes.
  @Test func thePeakOfACallIsThatOfTheSteadyState() throws {
    let heap = try Self.heap("relu@1x1x4x4", [FirstCallAllocating()])
    // The peak is that of the process, where others may free some memory meanwhile.
    #expect(heap.phases[2].count.peak >= FirstCallAllocating.bytes / 2)
    #expect(heap.callPeak == heap.workspaceBytes + heap.phases[3].count.peak)
  }

  @Test func whatCannotBePreparedIsAnError() {
    #expect(throws: OperatorError.self) { try Self.heap("relu@1x1x4x4", [Unpreparable()]) }
    #expect(throws: WrongResult.self) { try Self.heap("relu@1x1x4x4", [FlawedReLU(flaw: .lastOff)]) }
  }
}

/// A ReLU that allocates three pieces of memory in every tile of its second stage.
private struct AllocatingStage: Kernel {
  let name = "tiled/allocating-stage"
  func support(_ op: any Operator, _ inputs: [TensorType], isa: ISA) -> Support { .yes(Form(cycles: 1)) }
  func prepare(_ task: KernelTask) throws -> any Prepared {
    Allocating(count: task.inputs[0].count, store: Store())
  }

  private struct Allocating: Prepared {
    let count: Int
    let store: Store
    func workspace(threads: Int) -> Int { 0 }

    func bind(_ memory: CallMemory, threads: Int) -> [Region] {
      [
        Region("quiet", tiles: 8) { tile, _ in
          for i in 0..<count where tile == 0 { memory.outputs[0][i] = max(0, memory.inputs[0][i]) }
        },
        Region("planted", tiles: 8) { _, _ in for _ in 0..<3 { grab(1024).deallocate() } },
      ]
    }
  }

  /// Memory that stays.
  private final class Store: Sendable {
    nonisolated(unsafe) let memory = grab(5120)
    deinit { memory.deallocate() }
  }
}

/// A ReLU that takes much memory for a moment when it is called for the first time after it was bound.
private struct FirstCallAllocating: Kernel {
  static let bytes = 64 << 20
  let name = "tiled/first-call-allocating"
  func support(_ op: any Operator, _ inputs: [TensorType], isa: ISA) -> Support { .yes(Form(cycles: 1)) }
  func prepare(_ task: KernelTask) throws -> any Prepared { Bound(count: task.inputs[0].count) }

  private struct Bound: Prepared {
    let count: Int
    func workspace(threads: Int) -> Int { 0 }

    func bind(_ memory: CallMemory, threads: Int) -> [Region] {
      let calls = Calls()
      return [
        Region("relu", tiles: 1) { _, _ in
          if calls.isFirst() { grab(FirstCallAllocating.bytes).deallocate() }
          for i in 0..<count { memory.outputs[0][i] = max(0, memory.inputs[0][i]) }
        }
      ]
    }
  }

  /// Told by a region of one tile, which is called again when its last call is over.
  private final class Calls: @unchecked Sendable {
    private var hasBegun = false

    func isFirst() -> Bool {
      defer { hasBegun = true }
      return !hasBegun
    }
  }
}

@inline(never)
private func grab(_ bytes: Int) -> UnsafeMutableRawPointer {
  let piece = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 8)
  // Work after the call, so that it is no jump and the frame stays on the stack.
  piece.storeBytes(of: 1, as: UInt8.self)
  return piece
}
