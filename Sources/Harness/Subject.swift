import Kernels
import Measurement
import Models
import Operators
import ReferenceKernels
import Tensors
import Workloads

/// The memory of a workload: inputs and weights.
package struct Subject {
  package let workload: Workload
  let data: DataChoice
  package let inputs: [Tensor<Float>]
  package let weights: Weights<Float>
  /// What the inputs are, for a sentence.
  let words: String
  let hasNaN: Bool

  /// What is measured.
  /// - Throws: `DataMismatch` if the data does not fit the workload, `MemoryError`.
  package init(_ workload: Workload, data: DataChoice, seed: UInt64, backing: Backing) throws {
    try data.check(workload)
    (self.workload, self.data) = (workload, data)
    var generator = SplitMix64(seed: seed)
    inputs = try workload.inputs.map { shape in
      let tensor = try Tensor<Float>(shape, backing: backing)
      data.inputs.fill(tensor, using: &generator)
      return tensor
    }
    weights = try .seeded(workload.op.weights(workload.inputs), using: &generator)
    data.fill(weights, of: try workload.op.weights(workload.inputs), using: &generator)
    words = data.words
    hasNaN = data.inputs.hasNaN
  }

  /// What is compared only.
  init(_ workload: Workload, filling: Filling, seed: UInt64, backing: Backing) throws {
    (self.workload, data) = (workload, DataChoice())
    var generator = SplitMix64(seed: seed)
    inputs = try workload.inputs.map { shape in
      let tensor = try Tensor<Float>(shape, backing: backing)
      tensor.fill(filling, using: &generator)
      if filling == .integers { Subject.thin(tensor, workload, using: &generator) }
      if filling == .dense || filling == .integers { tensor.makeOnePositive() }
      return tensor
    }
    // Integer weights double a signal and more in every layer: gates saturate, a deep network would leave the range of
    // `Float`, and their results are no exact integers anyway.
    let areExact = filling == .integers && workload.op.isExactOnIntegers
    weights = try .seeded(
      workload.op.weights(workload.inputs), filling: areExact ? .integers : .dense, using: &generator)
    words = filling == .integers ? "integer input" : "\(filling.rawValue) input"
    hasNaN = filling == .nan
  }

  /// Sums of more terms than these (of 2.25 in the mean) get zeros among them, to stay exact.
  private static let mostIntegers = 1 << 22

  private static func thin(
    _ tensor: Tensor<Float>, _ workload: Workload, using generator: inout SplitMix64
  ) {
    let longest = (try? workload.longestSum) ?? 1
    guard longest > mostIntegers, let last = tensor.buffer.last else { return }
    tensor.thin(keeping: Double(mostIntegers) / Double(longest), using: &generator)
    // What a loop forgets.
    tensor.pointer[tensor.count - 1] = last
  }

  func oracle() throws -> Oracle { try Oracle(workload.op, inputs, weights: weights) }

  /// Lends the oracle, whose memory is free again afterwards.
  /// - Returns: how long the oracle took.
  func withOracle(_ body: (Oracle) throws -> Void) throws -> Seconds {
    let start = Clock.now()
    let oracle = try oracle()
    let time = Clock.now() - start
    try body(oracle)
    return time
  }
}

/// A prepared kernel with its memory for each thread count.
package final class Case {
  package let candidate: Candidate
  package let kernelName: String
  package let threads: Int
  let prepared: any Prepared
  let prepareTime: Seconds
  let output: Tensor<Float>
  let workspace: Tensor<Float>
  let workspaceFloats: Int
  package var regions: [Region]
  /// A second case that regions of this one use.
  var companion: Case?
  private let inputs: [Tensor<Float>]
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
    output = try Tensor<Float>(subject.workload.output, backing: backing)
    workspaceFloats = prepared.workspace(threads: team.threads)
    workspace = try Tensor<Float>(Shape(max(1, workspaceFloats)), backing: backing)
    regions = prepared.bind(subject.inputs, [output], workspace: workspace, threads: team.threads)
  }

  package var key: CaseKey { CaseKey(kernel: kernelName, isa: candidate.isa.rawValue, threads: threads) }

  /// One call, as it is timed.
  package func run() { team.run(regions) }

  /// What a call needs in memory: inputs, packed weights, output and workspace.
  var memoryBytes: Int {
    let tensors = inputs.reduce(output.count + workspaceFloats) { $0 + $1.count }
    return tensors * MemoryLayout<Float>.stride + prepared.weightMemory.reduce(0) { $0 + $1.count }
  }

  func timed(_ cache: CacheState) -> Timed {
    let evicted: [UnsafeRawBufferPointer] =
      switch cache {
      case .hot: []
      case .cold: inputs.map { UnsafeRawBufferPointer($0.buffer) } + prepared.weightMemory
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

  /// Output and workspace full of a value that no kernel computes by chance.
  func poison(_ value: Float) {
    output.buffer.update(repeating: value)
    workspace.buffer.update(repeating: value)
  }
}
