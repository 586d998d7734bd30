import Kernels
import Measurement
import Operators
import ReferenceKernels
import Tensors
import Workloads

/// The memory of a workload: inputs and weights.
package struct Subject {
  package let workload: Workload
  let data: DataChoice
  package let inputs: [any AnyTensor]
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
    inputs = try workload.filledInputs(backing, using: &generator) { tensor, generator in
      data.inputs.fill(tensor, using: &generator)
    }
    weights = try .seeded(workload.op.weights(workload.inputs), using: &generator)
    try data.fill(weights, of: try workload.op.weights(workload.inputs), using: &generator)
    words = data.words
    hasNaN = data.inputs.hasNaN
  }

  /// What is compared only.
  init(_ workload: Workload, filling: Filling, seed: UInt64, backing: Backing) throws {
    (self.workload, data) = (workload, DataChoice())
    var generator = SplitMix64(seed: seed)
    inputs = try workload.filledInputs(backing, using: &generator) { tensor, generator in
      tensor.fill(filling, using: &generator)
      if filling == .integers { Subject.thin(tensor, workload, using: &generator) }
      if filling == .dense || filling == .integers { tensor.makeOnePositive() }
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

  func oracle() throws -> Oracle {
    try Oracle(workload.op, inputs, types: workload.inputs, weights: weights)
  }

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
