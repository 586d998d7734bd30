import Kernels
import Operators
import ReferenceKernels
import Support
import Tensors
import Testing
import TiledKernels

/// All outputs of a kernel for several thread counts, in memory that ends at guard pages and holds NaN before.
func allOutputs(
  of kernel: any Kernel, _ op: any Operator, _ inputs: [Tensor<Float>], _ weights: Weights<Float>, isa: ISA,
  threads: [Int] = [1, 2, 5]
) throws -> [[Tensor<Float>]] {
  let types = inputs.map { TensorType($0.shape) }
  let prepared = try kernel.prepare(KernelTask(op, types, weights: weights, isa: isa))
  let guarded = try inputs.map { try copy(of: $0) }
  return try threads.map { count in
    let outputs = try op.outputs(types).map { try Tensor<Float>($0.shape, backing: .guarded) }
    let floats = max(1, prepared.workspace(threads: count))
    let workspace = try Tensor<Float>(Shape(floats), backing: .guarded)
    for tensor in outputs + [workspace] { tensor.buffer.update(repeating: .nan) }
    withExtendedLifetime((guarded, workspace)) {
      Team(threads: count).run(prepared.bind(guarded, outputs, workspace: workspace, threads: count))
    }
    return outputs
  }
}

private func copy(of tensor: Tensor<Float>) throws -> Tensor<Float> {
  let copy = try Tensor<Float>(tensor.shape, backing: .guarded)
  copy.assign(tensor.elements)
  return copy
}

/// Expects every tiled kernel of an operator to give the same bits with every thread count, and what the oracle allows.
func expectTheOracle(
  _ op: any Operator, _ inputs: [Tensor<Float>], _ weights: Weights<Float> = Weights([:])
) throws {
  let oracle = try Oracle(op, inputs, weights: weights)
  try forEachKernel(op, inputs, weights) { all, text in
    #expect(oracle.compare(all[0]).agrees, "\(text)")
  }
}

/// Expects every tiled kernel of an operator to give exactly what the formula gives, a NaN being equal to a NaN.
func expectTheReference(
  _ op: any Operator, _ inputs: [Tensor<Float>], _ weights: Weights<Float> = Weights([:])
) throws {
  let expected = try allOutputs(of: ReferenceKernel(), op, inputs, weights, isa: .baseline, threads: [1])[0]
  try forEachKernel(op, inputs, weights) { all, text in
    for (found, expected) in zip(all[0], expected) {
      let wrong = (0..<found.count).first {
        found.pointer[$0] != expected.pointer[$0]
          && !(found.pointer[$0].isNaN && expected.pointer[$0].isNaN)
      }
      #expect(wrong == nil, "\(text) at \(wrong ?? 0)")
    }
  }
}

private func forEachKernel(
  _ op: any Operator, _ inputs: [Tensor<Float>], _ weights: Weights<Float>,
  _ check: ([[Tensor<Float>]], String) throws -> Void
) throws {
  for isa in availableISAs {
    let kernels = Catalogue(tiledKernels).variants(op, inputs.map(\.shape), isa: isa)
    #expect(!kernels.isEmpty, "\(op.text) has no kernel")
    for kernel in kernels {
      let all = try allOutputs(of: kernel, op, inputs, weights, isa: isa)
      let text = "\(kernel.name) on \(isa), \(op.text) of \(inputs.map(\.shape))"
      for output in all[0].indices { #expect(areIdentical(all.map { $0[output] }), "\(text), threads") }
      try check(all, text)
    }
  }
}
