import Harness
import Kernels
import Measurement
import Profiling
import Tensors
import Workloads

/// What one case does to the heap, and who does it.
public struct CaseHeap: Sendable {
  /// A stretch of the case's life.
  public struct Phase: Sendable {
    /// `prepare`, `bind`, `first call` or `steady state`.
    public let name: String
    /// Calls in it; 0: it is none.
    public let calls: Int
    /// What was allocated and freed in it.
    public let count: HeapCounter.Count
  }

  /// Phase in which weights are packed.
  public static let prepare = "prepare"
  /// Phase in which regions are made.
  public static let bind = "bind"

  /// What is computed.
  public let workload: Workload
  /// The kernel's own name.
  public let kernel: String
  /// Instruction set.
  public let isa: ISA
  /// Of the team.
  public let threads: Int
  /// `prepare`, `bind`, the first call, the calls of the steady state.
  public let phases: [Phase]
  /// Names of the stages of a call, with the number under which the phases count them.
  public let stages: [(index: Int, name: String)]
  /// What a call asks for as scratch memory, and what of it a call writes.
  public let workspaceBytes: Int
  /// Bytes of the workspace that a call writes.
  public let workspaceWritten: Int
  /// Of what `prepare` has allocated, the weights that a call reads.
  public let weightBytes: Int
  /// tcmalloc's own file, with what this project notes in it.
  public let recorded: RecordedHeap
  /// Its stacks by name, below worker and stage.
  public let stacks: HeapStacks
  /// Allocations whose stacks tcmalloc had no room for.
  public let missing: HeapCounts.Pieces

  /// `workload kernel isa, T threads`.
  public var title: String {
    "\(workload.name) \(kernel) \(isa.rawValue), \(threads) \(threads == 1 ? "thread" : "threads")"
  }

  /// Of all phases.
  public var calls: Int { phases.reduce(0) { $0 + $1.calls } }

  /// Scratch memory of a call: its workspace, and what it takes from the heap in the steady state.
  public var callPeak: Int { workspaceBytes + phases[phases.count - 1].count.peak }
}

extension CaseProfiler {
  /// Calls of the steady state; more tell nothing new.
  private static let steadyCalls = 20
  /// Numbers of the first marks; a call's stages follow.
  private static let (prepareMark, bindMark) = (0, 1)

  /// Prepares a verified case once more and calls it, every allocation told.
  /// - Parameter budget: time for calls of the steady state; there is at least one.
  /// - Throws: as `profile`.
  public func heap(_ workload: Workload, budget: Seconds) throws -> CaseHeap {
    try HeapProfiler.requireIdle()
    let item = try verified(workload)
    guard case .kernel(let kernel, _) = item.candidate.choice else {
      preconditionFailure("\(workload.name): a verified case has a kernel")
    }
    let (isa, team) = (item.candidate.isa, item.team)
    let subject = try Subject(workload, data: plan.data, seed: plan.seed, backing: .aligned)
    let life = try Life(kernel, isa, subject, team)
    // The team keeps what it ran last: cases that were verified would be freed in the first call.
    team.run(Self.nothing)
    var recorded = try HeapProfiler.record {
      try life.prepare()
      life.bind()
      life.call("first call", atMost: 1, for: budget, isInterrupted)
      life.call("steady state", atMost: CaseProfiler.steadyCalls, for: budget, isInterrupted)
    }
    team.rest()
    let missing = recorded.missing
    for (index, name) in life.stages.names.enumerated() { recorded.note(Attribution.note(index), name) }
    recorded.note("case", "\(workload.text) \(item.key)")
    recorded.note("calls", "\(life.phases.reduce(0) { $0 + $1.calls })")
    recorded = Attribution.withoutOutside(recorded)
    recorded.noteSymbols()
    return CaseHeap(
      workload: workload, kernel: kernel.name, isa: isa, threads: team.threads,
      phases: life.phases, stages: life.callStages, workspaceBytes: life.workspaceBytes,
      workspaceWritten: life.workspaceWritten(), weightBytes: life.weightBytes, recorded: recorded,
      stacks: Attribution.attribute(recorded), missing: missing)
  }

  /// Two tiles, as a single one never reaches the team.
  private static let nothing = Region("nothing", tiles: 2) { _, _ in }

  /// A kernel on a subject from `prepare` on, the heap counted in every phase.
  private final class Life {
    private let kernel: any Kernel
    private let task: KernelTask
    private let subject: Subject
    private let team: Team
    private let output: Tensor<Float>
    private var prepared: (any Prepared)?
    private var workspace: Tensor<Float>?
    private var regions: [Region] = []
    private var counted: [Region] = []
    private(set) var stages = StageNames([], after: [CaseHeap.prepare, CaseHeap.bind])
    private(set) var phases: [CaseHeap.Phase] = []

    init(_ kernel: any Kernel, _ isa: ISA, _ subject: Subject, _ team: Team) throws {
      (self.kernel, self.subject, self.team) = (kernel, subject, team)
      task = KernelTask(
        subject.workload.op, subject.inputs.map(\.shape), weights: subject.weights, isa: isa)
      output = try Tensor<Float>(subject.workload.output)
    }

    func prepare() throws {
      var result: Result<any Prepared, any Error>?
      let region = Region(CaseHeap.prepare, tiles: 1) { [kernel, task] _, _ in
        result = Result { try kernel.prepare(task) }
      }.counted(as: CaseProfiler.prepareMark)
      count(CaseHeap.prepare, calls: 0) { region.body(0..<1, 0) }
      let prepared = try result?.get()
      workspace = try Tensor<Float>(Shape(max(1, prepared?.workspace(threads: team.threads) ?? 0)))
      self.prepared = prepared
    }

    func bind() {
      guard let prepared, let workspace else { return }
      let region = Region(CaseHeap.bind, tiles: 1) { [self] _, _ in
        regions = prepared.bind(subject.inputs, [output], workspace: workspace, threads: team.threads)
      }.counted(as: CaseProfiler.bindMark)
      count(CaseHeap.bind, calls: 0) { region.body(0..<1, 0) }
      stages = StageNames(regions, after: stages.names)
      counted = regions.map { $0.counted(as: stages.index($0.name)) }
    }

    /// Calls until `atMost` are done or the time is over.
    func call(_ name: String, atMost: Int, for budget: Seconds, _ isInterrupted: () -> Bool) {
      var calls = 0
      let start = Clock.now()
      let count = HeapCounter.count {
        repeat {
          team.run(counted)
          calls += 1
        } while calls < atMost && Clock.now() - start < budget && !isInterrupted()
      }
      phases.append(CaseHeap.Phase(name: name, calls: calls, count: count))
    }

    private func count(_ name: String, calls: Int, _ body: () -> Void) {
      let count = HeapCounter.count(body)
      phases.append(CaseHeap.Phase(name: name, calls: calls, count: count))
    }

    var callStages: [(index: Int, name: String)] {
      var last = CaseProfiler.bindMark
      return stages.names.dropFirst(CaseProfiler.bindMark + 1).compactMap { name in
        let index = stages.index(name)
        defer { last = index }
        return index == last ? nil : (index, name)
      }
    }

    var workspaceBytes: Int {
      (prepared?.workspace(threads: team.threads) ?? 0) * MemoryLayout<Float>.stride
    }

    var weightBytes: Int { prepared?.weightMemory.reduce(0) { $0 + $1.count } ?? 0 }

    /// Bytes of the workspace that a call writes.
    func workspaceWritten() -> Int {
      guard let workspace, workspaceBytes > 0 else { return 0 }
      // A NaN that no kernel makes.
      let mark = Float(bitPattern: 0x7FDE_AD01)
      workspace.buffer.update(repeating: mark)
      team.run(regions)
      team.rest()
      let written = workspace.buffer.count { $0.bitPattern != mark.bitPattern }
      return written * MemoryLayout<Float>.stride
    }
  }
}
