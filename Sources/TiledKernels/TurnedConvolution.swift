import Kernels
import MicroKernelAPI
import Operators
import Tensors

/// Convolution of batches of small maps for few outputs: images are turned, so that those of a pixel are neighbours. A row of W
/// pixels of B images is then a row of W · B pixels, which the best kernel for such a row convolves with B times the padding
/// and dilation; what it gives is turned back.
struct TurnedConvolution: Kernel {
  let name = "tiled/turned"
  /// Kernels for the convolution of long rows.
  let catalogue: Catalogue

  var exact: (any Kernel)? { TurnedConvolution(catalogue: catalogue.exact) }

  func support(_ op: any Operator, _ inputs: [TensorType], isa: ISA) -> Support {
    guard let conv = op as? Conv2D, conv.stride.w == 1, let batch = try? TurnedBatch(conv, inputs[0]),
      batch.images > 1, let best = catalogue.best(batch.wide, [batch.row], isa: isa)
    else {
      return .no("computes convolutions of small images, several of them, without a stride along rows only")
    }
    let epilogues = Epilogue.of(conv).subtracting([.residual])
    let turned =
      Self.turning(batch.images, isa.microKernels) * Double(inputs[0].count + batch.output.count)
    let cycles = turned + Double(inputs[0].n / batch.images) * (best.form.cycles + 2 * Cycles.region)
    var form = Form(epilogues: epilogues, errorGrowth: best.form.errorGrowth, cycles: cycles)
    form.packing = best.form.packing
    return .yes(form)
  }

  /// Cycles of turning a value, there or back: images in fours, the rest one by one.
  private static func turning(_ images: Int, _ micro: MicroKernels) -> Double {
    let (rest, inFours) = (images % 4, value + vector / Double(micro.lanes))
    return (Double(images - rest) * inFours + Double(rest) * alone) / Double(images)
  }

  /// A value, the ends of a vector of them, and a value of an image alone.
  private static let (value, vector, alone) = (0.42, 0.8, 2.0)

  func prepare(_ task: KernelTask) throws -> any Prepared {
    guard let conv = task.op as? Conv2D else { preconditionFailure("\(task.op.text) is not a convolution") }
    let batch = try TurnedBatch(conv, task.inputs[0])
    guard let kernel = catalogue.best(batch.wide, [batch.row], isa: task.isa)?.kernel else {
      throw OperatorError("no kernel for \(batch.wide.text)")
    }
    let inner = KernelTask(
      batch.wide, [batch.row], weights: task.weights, isa: task.isa, fusion: task.fusion, micro: task.micro)
    return PreparedTurned(batch: batch, prepared: try kernel.prepare(inner), micro: task.micro)
  }
}

/// Images that are turned together, and their convolution as one of longer rows.
private struct TurnedBatch: Sendable {
  let input: Shape
  let output: Shape
  let images: Int
  let wide: Conv2D
  let row: TensorType

  /// Floats of images that are turned together.
  private static let near = 64 << 10

  init(_ conv: Conv2D, _ type: TensorType) throws {
    input = type.shape
    output = try conv.output([type]).shape
    let most = max(1, Self.near / (input.c * input.plane + output.c * output.plane))
    let images = (1...min(type.n, most)).last { type.n % $0 == 0 } ?? 1
    var wide = conv
    wide.padding.left *= images
    wide.padding.right *= images
    wide.dilation.w *= images
    self.wide = wide
    self.images = images
    row = TensorType(1, input.c, input.h, input.w * images)
  }
}

private struct PreparedTurned: Prepared {
  let batch: TurnedBatch
  let prepared: any Prepared
  let micro: MicroKernels

  /// Values of a tile.
  private static let run = 256

  var packed: [PackedMemory] { prepared.packed }

  /// Of an image.
  private var taken: Int { batch.input.c * batch.input.plane }
  private var given: Int { batch.output.c * batch.output.plane }

  /// Where the result, turned, and the inner workspace begin: in whole lines.
  private var resultOffset: Int { ceilDivide(batch.images * taken, 16) * 16 }
  private var innerOffset: Int { resultOffset + ceilDivide(batch.images * given, 16) * 16 }

  func workspace(threads: Int) -> Int { innerOffset + prepared.workspace(threads: threads) }

  func bind(_ memory: CallMemory, threads: Int) -> [Region] {
    let (turned, result) = (memory.workspace, memory.workspace + resultOffset)
    let convolution = prepared.bind(
      CallMemory(
        inputs: [UnsafePointer(turned)], outputs: [result], workspace: memory.workspace + innerOffset),
      threads: threads
    )
    return stride(from: 0, to: batch.input.n, by: batch.images).flatMap { n in
      [turn(memory.inputs[0] + n * taken, into: turned)] + convolution
        + [turnBack(result, into: memory.outputs[0] + n * given)]
    }
  }

  private func turn(_ source: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>) -> Region {
    let (images, taken) = (batch.images, taken)
    return Region("turn", tiles: ceilDivide(taken, Self.run)) { tile, _ in
      let first = tile * Self.run
      var work = Transpose(input: source + first, output: target + first * images)
      (work.rows, work.inputStride) = (images, taken)
      (work.columns, work.outputStride) = (min(Self.run, taken - first), images)
      micro.run(&work)
    }
  }

  private func turnBack(_ source: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>) -> Region {
    let (images, given) = (batch.images, given)
    return Region("turn back", tiles: ceilDivide(given, Self.run)) { tile, _ in
      let first = tile * Self.run
      var work = Transpose(input: source + first * images, output: target + first)
      (work.rows, work.inputStride) = (min(Self.run, given - first), images)
      (work.columns, work.outputStride) = (images, given)
      micro.run(&work)
    }
  }
}
