import Kernels
import MicroKernelAPI
import Operators
import Tensors

/// Depthwise convolution in one pass, vectorised over the pixels of a row, which are read where they lie: what a vector reads
/// beside its row counts as zero.
struct DepthwiseRowsKernel: Kernel {
  let name = "tiled/depthwise-rows"

  func support(_ op: any Operator, _ inputs: [TensorType], isa: ISA) -> Support {
    guard let conv = op as? Conv2D, inputs[0].c == conv.groups,
      let reduced = try? ReducedConvolution(conv, inputs), reduced.conv.stride.w <= 2
    else {
      return .no("computes convolutions with as many groups as input channels and a stride of 1 or 2")
    }
    return .yes(Form(epilogues: Epilogue.of(conv), cycles: cycles(reduced, isa.microKernels)))
  }

  func prepare(_ task: KernelTask) throws -> any Prepared { try PreparedDepthwiseRows(task) }
}

extension DepthwiseRowsKernel {
  /// A product of vectors where rows of outputs share what they read, and in a row of its own.
  private static let (shared, lone) = (1.0, 2.2)
  /// The same in windows of any taps.
  private static let (listed, listedLone) = (1.5, 2.8)
  /// Multiplying and adding in two instructions, compared with one.
  private static let separate = 1.25
  /// Every second column, which two vectors give, compared with every one.
  private static let secondColumns = 1.8
  /// Beginning some rows of a plane, and a vector of windows of any taps.
  private static let (rows, vector) = (8.0, 14.0)

  func cycles(_ reduced: ReducedConvolution, _ micro: MicroKernels) -> Double {
    let (conv, output) = (reduced.conv, reduced.output)
    let together = output.h < 4 ? 1 : 4
    let blocks = ceilDivide(output.h, together)
    let vectors = blocks * ceilDivide(output.w, micro.lanes)
    let products = Double(vectors * together * conv.kernel.h * conv.kernel.w)
    let isUnrolled = Self.isUnrolled(conv, output, micro)
    let product =
      isUnrolled ? (together > 1 ? Self.shared : Self.lone) : together > 1 ? Self.listed : Self.listedLone
    let plane =
      Self.rows * Double(blocks) + (isUnrolled ? 0 : Self.vector * Double(vectors))
      + product * (conv.stride.w > 1 ? Self.secondColumns : 1) * (micro.weightCopies > 1 ? Self.separate : 1)
      * products
    return Cycles.region + Double(reduced.input.n * conv.outputChannels) * plane
  }

  /// Whether the micro-kernel has a loop for windows of this size.
  private static func isUnrolled(_ conv: Conv2D, _ output: Shape, _ micro: MicroKernels) -> Bool {
    guard conv.kernel.h == conv.kernel.w, conv.stride.h == conv.stride.w else { return false }
    let isDense = conv.dilation.h == 1
    guard isDense || conv.stride.w == 1 && output.w > micro.lanes && output.h >= 4 * conv.dilation.h else {
      return false
    }
    return [3, 5].contains(conv.kernel.w) || conv.kernel.w == 7 && conv.stride.w == 1
  }
}

private struct PreparedDepthwiseRows: Prepared {
  private let task: ConvolutionTask
  private let weights: PackedWeights
  /// A row of zeros, with what vectors read before and behind it.
  private let zeros: Constants<Float>
  private let multiplier: Int
  /// Bands of a plane, where planes are too few to balance threads.
  private let bands: Partition
  /// Floats that are read before a row, and behind it.
  private let margin: (before: Int, after: Int)
  /// Output rows of a piece of a plane at the beginning or the end of the tensor, which is copied to where there are margins.
  private let piece: Int
  /// Floats of such a copy; none where no margins are read.
  private let copied: Int

  /// Floats of a copy, and of a band.
  private static let near = 3584

  init(_ task: KernelTask) throws {
    self.task = try ConvolutionTask(task)
    let (conv, input, output) = (self.task.conv, self.task.input, self.task.output)
    weights = try self.task.packed(task, block: 1)
    multiplier = self.task.outputsPerGroup
    let parts = min(ceilDivide(desiredTiles, input.n * input.c), input.plane / Self.near)
    bands = Partition(count: output.h, parts: max(1, min(parts, output.h / 4)))
    let end = conv.stride.w * max(output.w, task.micro.lanes) + (conv.kernel.w - 1) * conv.dilation.w
    margin = (conv.padding.left, max(0, end - conv.padding.left - input.w))
    zeros = Constants(Array(repeating: 0, count: margin.before + input.w + margin.after))
    let window = (conv.kernel.h - 1) * conv.dilation.h + 1
    piece = min(output.h, max(4, (Self.near / input.w - window) / conv.stride.h))
    let floats = min(input.h, (piece - 1) * conv.stride.h + window) * input.w
    copied = margin == (0, 0) ? 0 : margin.before + floats + margin.after
  }

  var packed: [PackedMemory] { [weights.packed, PackedMemory([zeros.memory])] }

  func workspace(threads: Int) -> Int {
    WorkerScratch.count(task.micro, threads: threads) + threads * copied
  }

  func bind(_ memory: CallMemory, threads: Int) -> [Region] {
    let scratch = WorkerScratch(memory.workspace, task.micro, threads: threads)
    let images = task.images(memory)
    let planes = images.count * task.input.c
    func run(_ range: Range<Int>, _ rows: Range<Int>, _ worker: Int) {
      let copy = scratch.rest + worker * copied
      convolve(
        range, rows, DepthwiseImages(images: images, scratch: scratch[worker], copy: copy, planes: planes))
    }
    if bands.parts > 1 {
      return [
        Region("convolve", tiles: planes * bands.parts) { tile, worker in
          let plane = tile / bands.parts
          run(plane..<plane + 1, bands[tile % bands.parts], worker)
        }.computing("")
      ]
    }
    return [
      Region("convolve", planes: planes, of: max(task.input.plane, multiplier * task.output.plane)) {
        run($0, 0..<task.output.h, $1)
      }.computing("")
    ]
  }
}

/// A batch, and a worker's memory.
private struct DepthwiseImages {
  let images: [ConvolutionTask.Image]
  let scratch: UnsafeMutablePointer<Float>
  let copy: UnsafeMutablePointer<Float>
  /// Of all images.
  let planes: Int
}

extension PreparedDepthwiseRows {
  /// Output rows of planes of the batch, as many planes as possible a call.
  private func convolve(_ planes: Range<Int>, _ rows: Range<Int>, _ batch: DepthwiseImages) {
    let input = task.input
    let inside = planesInside(rows, of: batch.planes)
    var plane = planes.lowerBound
    while plane < planes.upperBound {
      guard inside.contains(plane) else {
        convolvePieces(plane, rows, batch)
        plane += 1
        continue
      }
      let (image, channel) = (batch.images[plane / input.c], plane % input.c)
      let count = min(min(inside.upperBound, planes.upperBound) - plane, input.c - channel, planesTogether)
      run(image, channel..<channel + count, rows, image.input + channel * input.plane, batch.scratch)
      plane += count
    }
  }

  /// Planes of which all that vectors read for some rows lies in the tensor.
  private func planesInside(_ rows: Range<Int>, of planes: Int) -> Range<Int> {
    let (reach, width, plane) = (reach(rows), task.input.w, task.input.plane)
    let first = ceilDivide(max(0, margin.before - reach.lowerBound * width), plane)
    let behind = ceilDivide(max(0, margin.after - (task.input.h - reach.upperBound) * width), plane)
    return min(first, planes)..<max(min(first, planes), planes - behind)
  }

  /// Rows of the image that output rows need.
  private func reach(_ rows: Range<Int>) -> Range<Int> {
    let conv = task.conv
    let top = rows.lowerBound * conv.stride.h - conv.padding.top
    let height = (rows.count - 1) * conv.stride.h + (conv.kernel.h - 1) * conv.dilation.h + 1
    return (top..<top + height).clamped(to: 0..<task.input.h)
  }

  /// Neighbouring planes of a call, whose outputs an activation finds in the nearest cache.
  private var planesTogether: Int {
    if multiplier > 1 { return 1 }
    return task.relu || task.activation == .none ? .max : max(1, Self.near / task.output.plane)
  }

  /// Output rows of a plane at the beginning or the end of the tensor.
  private func convolvePieces(_ plane: Int, _ rows: Range<Int>, _ batch: DepthwiseImages) {
    let (image, channel) = (batch.images[plane / task.input.c], plane % task.input.c)
    for first in stride(from: rows.lowerBound, to: rows.upperBound, by: piece) {
      let rows = first..<min(first + piece, rows.upperBound)
      var source = image.input + channel * task.input.plane
      if !planesInside(rows, of: batch.planes).contains(plane) { source = copy(source, rows, batch.copy) }
      run(image, channel..<channel + 1, rows, source, batch.scratch)
    }
  }

  /// Copies the rows of a plane that output rows need; gives where the plane would begin.
  private func copy(
    _ plane: UnsafePointer<Float>, _ rows: Range<Int>, _ memory: UnsafeMutablePointer<Float>
  ) -> UnsafePointer<Float> {
    let reach = reach(rows)
    let (target, count) = (memory + margin.before, reach.count * task.input.w)
    memory.update(repeating: 0, count: margin.before)
    target.update(from: plane + reach.lowerBound * task.input.w, count: count)
    (target + count).update(repeating: 0, count: margin.after)
    return UnsafePointer(target) - reach.lowerBound * task.input.w
  }

  /// - Parameter channels: one, or neighbours with one output each.
  private func run(
    _ image: ConvolutionTask.Image, _ channels: Range<Int>, _ rows: Range<Int>,
    _ source: UnsafePointer<Float>, _ scratch: UnsafeMutablePointer<Float>
  ) {
    let (conv, input, output, first) = (task.conv, task.input, task.output, channels.lowerBound)
    let at = first * multiplier * output.plane + rows.lowerBound * output.w
    var work = DepthwiseRows(
      input: source, zeros: zeros.pointer + margin.before, weights: weights.weights(first, 0),
      bias: weights.bias(first, 0), output: image.output + at, scratch: scratch)
    work.planes = channels.count * multiplier
    work.planeStride = multiplier == 1 ? input.plane : 0
    (work.height, work.width) = (input.h, input.w)
    work.firstRow = rows.lowerBound * conv.stride.h - conv.padding.top
    (work.rowStride, work.stride, work.padding) = (conv.stride.h, conv.stride.w, conv.padding.left)
    work.kernel = (conv.kernel.h, conv.kernel.w)
    (work.rowStep, work.columnStep) = (conv.dilation.h, conv.dilation.w)
    (work.rows, work.outputWidth, work.outputPlaneStride) = (rows.count, output.w, output.plane)
    work.epilogue = TileEpilogue(residual: image.residual.map { $0 + at }, relu: task.relu)
    task.micro.run(&work)
    if task.relu || task.activation == .none { return }
    for plane in 0..<work.planes {
      task.activate(work.output + plane * output.plane, channels: 1, count: rows.count * output.w)
    }
  }
}
