import Kernels
import MicroKernelAPI
import Operators
import Tensors

/// Batch norm, activations, addition, scaling and concatenation.
struct ElementwiseKernels: Kernel {
  let name = "tiled/elementwise"

  func support(_ op: any Operator, _ inputs: [TensorType], isa: ISA) -> Support {
    switch op {
    case is BatchNorm, is any ActivationOperator, is Add, is Scale, is Concat:
      .yes(Form(cycles: Cycles.sweeps(((try? op.cost(inputs).bytes) ?? 0) / 4)))
    default: .no("computes element-wise operators only")
    }
  }

  func prepare(_ task: KernelTask) throws -> any Prepared {
    let micro = task.micro
    switch task.op {
    case let norm as BatchNorm: return try PreparedBatchNorm(norm, task)
    case let scale as Scale: return PreparedScale(gate: scale.gate, shape: task.inputs[0].shape, micro: micro)
    case is Concat:
      return PreparedConcat(
        inputs: task.inputs.map(\.shape), output: try task.op.output(task.inputs).shape, micro: micro)
    case let op as any ActivationOperator:
      let operation = op.activation.operation ?? .copy
      return PreparedMap(operation: operation, count: task.inputs[0].count, micro: micro)
    default: return PreparedMap(operation: .add, count: task.inputs[0].count, micro: micro)
    }
  }
}

extension ActivationOperator {
  var activation: Activation { Self.activation }
}

extension Activation {
  /// The micro-kernel's; nil for none.
  var operation: Elementwise.Operation? {
    switch self {
    case .none: nil
    case .relu: .relu
    case .relu6: .relu6
    case .sigmoid: .sigmoid
    case .silu: .silu
    case .hardSigmoid: .hardSigmoid
    case .hardSwish: .hardSwish
    }
  }
}

/// One operation over all elements, in runs of a fixed length.
struct PreparedMap: Prepared {
  let operation: Elementwise.Operation
  let count: Int
  let micro: MicroKernels

  func workspace(threads: Int) -> Int { 0 }

  func bind(_ memory: CallMemory, threads: Int) -> [Region] {
    let run = 8192
    return [
      Region("map", tiles: ceilDivide(count, run)) { tile, _ in
        let first = tile * run
        var work = Elementwise(
          operation, input: memory.inputs[0] + first, output: memory.outputs[0] + first,
          count: min(run, count - first))
        if memory.inputs.count > 1 { work.second = memory.inputs[1] + first }
        micro.run(&work)
      }.computing("")
    ]
  }
}

private struct PreparedBatchNorm: Prepared {
  let shape: Shape
  let micro: MicroKernels
  let scale: Constants<Float>
  let shift: Constants<Float>
  let packed: [PackedMemory]

  init(_ norm: BatchNorm, _ task: KernelTask) throws {
    shape = task.inputs[0].shape
    micro = task.micro
    let arrays = try FoldedBatchNorm(norm, task.weights)
    let (scale, shift) = (Constants(zeros: shape.c), Constants(zeros: shape.c))
    (self.scale, self.shift) = (scale, shift)
    let folding = Packing([scale.memory, shift.memory]) { _ in
      for c in 0..<arrays.channels { (scale.target[c], shift.target[c]) = arrays[c] }
    }
    packed = [folding.packed]
  }

  func workspace(threads: Int) -> Int { 0 }

  func bind(_ memory: CallMemory, threads: Int) -> [Region] {
    [
      Region("batch norm", planes: shape.n * shape.c, of: shape.plane) { planes, _ in
        for run in planes.perImage(shape.c) {
          let first = run.lowerBound * shape.plane
          var work = AffinePlanes(
            input: memory.inputs[0] + first, output: memory.outputs[0] + first,
            scales: scale.pointer + run.lowerBound % shape.c, shifts: shift.pointer + run.lowerBound % shape.c
          )
          work.planes = run.count
          work.count = shape.plane
          micro.run(&work)
        }
      }.computing("")
    ]
  }
}

extension Range<Int> {
  /// Planes of a batch, cut where images of so many channels begin.
  func perImage(_ channels: Int) -> some Sequence<Range<Int>> {
    sequence(state: self) { rest -> Range<Int>? in
      guard !rest.isEmpty else { return nil }
      let end = Swift.min(rest.upperBound, (rest.lowerBound / channels + 1) * channels)
      defer { rest = end..<rest.upperBound }
      return rest.lowerBound..<end
    }
  }

  /// Planes of a batch as runs that are whole images of so many channels, or lie inside one.
  func inImages(_ channels: Int) -> some Sequence<Range<Int>> {
    sequence(state: self) { rest -> Range<Int>? in
      guard !rest.isEmpty else { return nil }
      let inside = rest.lowerBound % channels
      let whole = inside == 0 ? rest.count / channels * channels : 0
      let count = whole > 0 ? whole : Swift.min(rest.count, channels - inside)
      let run = rest.lowerBound..<rest.lowerBound + count
      rest = run.upperBound..<rest.upperBound
      return run
    }
  }
}

private struct PreparedConcat: Prepared {
  let inputs: [Shape]
  let output: Shape
  let micro: MicroKernels

  func workspace(threads: Int) -> Int { 0 }

  func bind(_ memory: CallMemory, threads: Int) -> [Region] {
    [
      Region("copy", tiles: output.n * inputs.count) { tile, _ in
        let (n, k) = (tile / inputs.count, tile % inputs.count)
        let before = inputs[..<k].reduce(0) { $0 + $1.c } * output.plane
        let count = inputs[k].c * output.plane
        var work = Elementwise(
          .copy, input: memory.inputs[k] + n * count,
          output: memory.outputs[0] + n * output.c * output.plane + before, count: count)
        micro.run(&work)
      }.computing("")
    ]
  }
}
