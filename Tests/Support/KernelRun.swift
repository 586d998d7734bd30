import Kernels
import Measurement
import Operators
import Tensors

/// Runs a kernel once for each thread count in memory that ends at guard pages.
public func outputs(
  of kernel: any Kernel, _ op: any Operator, _ inputs: [Tensor<Float>], _ weights: Weights<Float>, isa: ISA,
  threads: [Int] = [1, 2, 5]
) throws -> [Tensor<Float>] {
  let prepared = try kernel.prepare(KernelTask(op, inputs.map(\.shape), weights: weights, isa: isa))
  let guarded = try inputs.map { tensor in
    let copy = try Tensor<Float>(tensor.shape, backing: .guarded)
    copy.assign(tensor.elements)
    return copy
  }
  return try threads.map { count in
    let output = try Tensor<Float>(try op.output(inputs.map(\.shape)), backing: .guarded)
    let floats = max(1, prepared.workspace(threads: count))
    let workspace = try Tensor<Float>(Shape(floats), backing: .guarded)
    output.buffer.update(repeating: .nan)
    workspace.buffer.update(repeating: .nan)
    withExtendedLifetime((guarded, workspace)) {
      Team(threads: count).run(prepared.bind(guarded, [output], workspace: workspace, threads: count))
    }
    return output
  }
}

/// Whether all tensors have the same bits.
public func areIdentical(_ tensors: [Tensor<Float>]) -> Bool {
  tensors.allSatisfy { tensor in
    zip(tensor.buffer, tensors[0].buffer).allSatisfy { $0.bitPattern == $1.bitPattern }
  }
}

/// Instruction sets of this machine.
public let availableISAs = ISA.allCases.filter(\.isAvailable)

extension Tensor where Element == Float {
  /// A tensor filled from a seed.
  public static func filled(_ shape: Shape, _ filling: Filling = .dense, seed: UInt64 = 1) throws -> Tensor<
    Float
  > {
    var generator = SplitMix64(seed: seed)
    let tensor = try Tensor<Float>(shape)
    tensor.fill(filling, using: &generator)
    return tensor
  }
}

extension Weights where Element == Float {
  public static func filled(
    _ op: any Operator, _ inputs: [Shape], _ filling: Filling = .dense, seed: UInt64 = 2
  ) throws -> Weights<Float> {
    var generator = SplitMix64(seed: seed)
    return try .seeded(op.weights(inputs), filling: filling, using: &generator)
  }
}
