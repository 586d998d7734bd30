import Kernels
import Measurement
import Records
import Tensors

/// A prepared kernel with its memory for each thread count.
package final class Case {
  package let candidate: Candidate
  package let kernelName: String
  package let threads: Int
  let prepared: any Prepared
  let prepareTime: Seconds
  let outputs: [any AnyTensor]
  /// Which outputs tell how many of their rows hold values.
  private let areBounded: [Bool]
  let workspace: Tensor<Float>
  let workspaceFloats: Int
  package var regions: [Region]
  /// A second case that regions of this one use.
  var companion: Case?
  private let inputs: [any AnyTensor]
  package let team: Team

  init(
    _ candidate: Candidate, _ kernelName: String, _ prepared: any Prepared, _ prepareTime: Seconds,
    _ subject: Subject,
    team: Team, backing: Backing
  ) throws {
    self.candidate = candidate
    self.kernelName = kernelName
    self.prepared = prepared
    self.prepareTime = prepareTime
    self.team = team
    threads = team.threads
    inputs = subject.inputs
    outputs = try subject.workload.outputs.map { try $0.makeTensor(backing: backing) }
    areBounded = subject.workload.outputs.map(\.isBounded)
    workspaceFloats = prepared.workspace(threads: team.threads)
    workspace = try Tensor<Float>(Shape(max(1, workspaceFloats)), backing: backing)
    regions = prepared.bind(subject.inputs, outputs, workspace: workspace, threads: team.threads)
  }

  package var key: CaseKey { CaseKey(kernel: kernelName, isa: candidate.isa.rawValue, threads: threads) }

  /// One call, as it is timed.
  package func run() { team.run(regions) }

  /// What a call needs in memory: inputs, packed weights, output and workspace.
  var memoryBytes: Int {
    let tensors = (inputs + outputs).reduce(0) { $0 + $1.memory.count }
    return tensors + workspaceFloats * MemoryLayout<Float>.stride
      + prepared.weightMemory.reduce(0) { $0 + $1.count }
  }

  func timed(_ cache: CacheState) -> Timed {
    let evicted: [UnsafeRawBufferPointer] =
      switch cache {
      case .hot: []
      case .cold: inputs.map(\.memory) + prepared.weightMemory
      case .weightsCold: prepared.weightMemory
      }
    // Eviction takes longer than workers wait for work: an empty region wakes them.
    let wake = Region("wake", tiles: threads) { _, _ in }
    let before = { [team] in
      _ = Eviction.evict(evicted)
      team.run(wake)
    }
    return Timed(
      run, processorTime: { [team] in Seconds(team.processorTime) }, before: cache == .hot ? nil : before)
  }

  /// Outputs and workspace full of a value that no kernel computes by chance.
  func poison(_ value: Float) {
    for (output, isBounded) in zip(outputs, areBounded) {
      if let numbers = output as? Tensor<Float> {
        numbers.buffer.update(repeating: value)
      } else {
        output.address.initializeMemory(as: UInt8.self, repeating: 0xA5, count: output.memory.count)
      }
      if isBounded { output.rows.pointee = -1 }
    }
    workspace.buffer.update(repeating: value)
  }
}
