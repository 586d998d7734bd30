import CBAMHarness

/// The mean of every plane, eight numbers at a time: a kernel that the package does not have.
struct MeanKernel: Kernel {
  let name = "own/mean"

  func support(_ op: any Operator, _ inputs: [TensorType], isa: ISA) -> Support {
    guard let pool = op as? GlobalPool, pool.kind == .avg else { return .no("computes global means only") }
    // Two cycles for three numbers, once they are near.
    return .yes(Form(cycles: Double(inputs[0].count) / 1.5))
  }

  func prepare(_ task: KernelTask) throws -> any Prepared { PreparedMean(shape: task.inputs[0].shape) }
}

/// No weights to pack: all that is known in advance is the shape.
private struct PreparedMean: Prepared {
  let shape: Shape

  func workspace(threads: Int) -> Int { 0 }

  /// One tile per plane, so that a team shares them.
  func bind(_ memory: CallMemory, threads: Int) -> [Region] {
    let (input, output, pixels) = (memory.inputs[0], memory.outputs[0], shape.plane)
    return [
      Region("mean", tiles: shape.n * shape.c) { plane, _ in
        output[plane] = sum(input + plane * pixels, pixels) / Float(pixels)
      }
    ]
  }
}

private func sum(_ x: UnsafePointer<Float>, _ count: Int) -> Float {
  typealias Lane = SIMD8<Float>
  let whole = count - count % Lane.scalarCount
  var lanes = Lane.zero
  for i in stride(from: 0, to: whole, by: Lane.scalarCount) {
    lanes += UnsafeRawPointer(x + i).loadUnaligned(as: Lane.self)
  }
  return (whole..<count).reduce(lanes.sum()) { $0 + x[$1] }
}
