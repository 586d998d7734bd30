import Kernels
import Measurement
import Operators
import ReferenceKernels
import Support
import Tensors

/// Results of a kernel on memory of its own, full of NaN before, for one thread count after the other.
func results(
  of kernel: any Kernel, _ op: any Operator, _ inputs: [any AnyTensor], _ weights: Weights<Float>,
  threads: [Int] = [1, 3]
) throws -> [[any AnyTensor]] {
  let types = inputs.map(\.type)
  let prepared = try kernel.prepare(KernelTask(op, types, weights: weights, isa: .baseline))
  return try threads.map { count in
    let outputs = try op.outputs(types).map { try $0.makeTensor() }
    for case let output as Tensor<Float> in outputs { output.buffer.update(repeating: .nan) }
    let workspace = try Tensor<Float>(Shape(max(1, prepared.workspace(threads: count))))
    workspace.buffer.update(repeating: .nan)
    let regions = prepared.bind(inputs, outputs, workspace: workspace, threads: count)
    withExtendedLifetime((inputs, prepared, workspace)) { Team(threads: count).run(regions) }
    return outputs
  }
}

/// Whether a kernel's results are those of the formulas, whatever the thread count.
func agrees(
  _ kernel: any Kernel, _ op: any Operator, _ inputs: [any AnyTensor], _ weights: Weights<Float>
) throws -> Bool {
  let oracle = try Oracle(op, inputs, weights: weights)
  let all = try results(of: kernel, op, inputs, weights)
  return all.allSatisfy { oracle.compare($0).agrees }
}

extension Operator {
  /// Seeded weights for inputs of these types.
  func seededWeights(_ inputs: [TensorType], seed: UInt64 = 3) throws -> Weights<Float> {
    var generator = SplitMix64(seed: seed)
    return try .seeded(weights(inputs), using: &generator)
  }
}
