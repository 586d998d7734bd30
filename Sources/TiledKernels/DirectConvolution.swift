import Kernels
import MicroKernelAPI
import Operators
import Tensors

/// Convolution vectorised over output channels; any stride, padding, dilation and groups.
struct DirectConvolution: Kernel {
  let name = "tiled/direct"

  func support(_ op: any Operator, _ inputs: [TensorType], isa: ISA) -> Support {
    guard let conv = op as? Conv2D, let reduced = try? ReducedConvolution(conv, inputs) else {
      return .no("computes convolutions only")
    }
    return .yes(Form(epilogues: Epilogue.of(conv), cycles: cycles(reduced, isa.microKernels)))
  }

  func prepare(_ task: KernelTask) throws -> any Prepared {
    DirectPixels.isBetter(try ConvolutionTask(task).output, task.micro)
      ? try DirectPixels(task) : try PreparedDirect(task)
  }
}

extension DirectConvolution {
  func cycles(_ reduced: ReducedConvolution, _ micro: MicroKernels) -> Double {
    let (conv, input, output) = (reduced.conv, reduced.input, reduced.output)
    let perGroup = reduced.outputsPerGroup
    let blocks = conv.groups * ceilDivide(perGroup, micro.outputBlock)
    let tiles = Self.runs(output, micro).reduce(0) { sum, run in
      let tiles = Cycles.direct(
        pixels: run.pixels, channels: input.c / conv.groups, plane: input.plane,
        taps: conv.kernel.h * conv.kernel.w,
        outputs: min(perGroup, micro.outputBlock), micro)
      return sum + Double(run.count) * tiles
    }
    let isImage = Canvas(conv, input: input, output: output, slack: 0).isImage
    let drawing = isImage ? 0 : Double(input.n) * reduced.drawing(micro)
    let passes = Self.passes(output, micro)
    let regions = Double(isImage ? passes : 2 * passes) * Cycles.region
    return regions + drawing + Double(blocks) * tiles
      + Cycles.weights(blocks * micro.outputBlock * reduced.depth, passes: passes)
  }

  /// How often all weights are read: a block is used for all pixels while it is near.
  private static func passes(_ output: Shape, _ micro: MicroKernels) -> Int {
    guard DirectPixels.isBetter(output, micro) else { return output.n }
    return ceilDivide(output.n, DirectPixels.imagesTogether(output, micro))
  }

  /// Lengths of the runs of pixels that are cut into tiles, and how many there are.
  private static func runs(_ output: Shape, _ micro: MicroKernels) -> [(pixels: Int, count: Int)] {
    guard DirectPixels.isBetter(output, micro) else { return [(output.w, output.n * output.h)] }
    let together = DirectPixels.imagesTogether(output, micro)
    let (whole, rest) = (output.n / together, output.n % together)
    return [(together * output.plane, whole)] + (rest > 0 ? [(rest * output.plane, 1)] : [])
  }
}

private struct PreparedDirect: Prepared {
  let task: ConvolutionTask
  let canvas: Canvas
  let weights: PackedWeights
  let taps: Constants<Int>
  let rowParts: Partition
  let areas: Areas?
  /// Blocks of channels change slower than rows: each block's weights are used for all rows while they are near.
  let blocksOutside: Bool

  init(_ task: KernelTask) throws {
    self.task = try ConvolutionTask(task)
    let conv = self.task.conv
    areas = Areas(self.task, slack: 0)
    canvas =
      areas?.canvas ?? Canvas(conv, input: self.task.input, output: self.task.output, slack: 0)
    weights = try self.task.packed(task, block: self.task.micro.outputBlock)
    taps = Constants(canvas.taps)
    rowParts = self.task.rowParts(blocks: conv.groups * weights.blocksPerGroup)
    blocksOutside = weights.bytes / conv.groups > SecondCache.bytes / 2
  }

  var packed: [PackedMemory] { [weights.packed] }

  func workspace(threads: Int) -> Int {
    let canvases = areas != nil ? threads : canvas.isImage ? 0 : 1
    return WorkerScratch.count(task.micro, threads: threads) + canvases * task.input.c * canvas.plane
  }

  func bind(_ memory: CallMemory, threads: Int) -> [Region] {
    let scratch = WorkerScratch(memory.workspace, task.micro, threads: threads)
    return task.images(memory).flatMap { image -> [Region] in
      if let areas { return [convolve(image, areas, scratch)] }
      if canvas.isImage { return [convolve(image, from: image.input, plane: task.input.plane, scratch)] }
      return [
        task.draw(canvas, image, into: scratch.rest),
        convolve(image, from: scratch.rest, plane: canvas.plane, scratch),
      ]
    }
  }

  /// - Parameter source: channels `plane` floats apart, padded.
  private func convolve(
    _ image: ConvolutionTask.Image, from source: UnsafePointer<Float>, plane: Int, _ scratch: WorkerScratch
  ) -> Region {
    let blocks = task.conv.groups * weights.blocksPerGroup
    return Region("convolve", tiles: blocks * rowParts.parts) { tile, worker in
      let block = blocksOutside ? tile / rowParts.parts : tile % blocks
      let part = blocksOutside ? tile % rowParts.parts : tile / blocks
      rows(
        rowParts[part], 0..<task.output.w, block: block, image, from: source, plane: plane, scratch[worker])
    }.computing("")
  }

  /// All blocks of an area, one area after the other.
  private func convolve(
    _ image: ConvolutionTask.Image, _ areas: Areas, _ scratch: WorkerScratch
  ) -> Region {
    task.convolve(image, areas, scratch) { rows, columns, source, scratch in
      for block in 0..<task.conv.groups * weights.blocksPerGroup {
        self.rows(rows, columns, block: block, image, from: source, plane: canvas.plane, scratch)
      }
    }
  }

  /// - Parameter block: among the blocks of all groups.
  private func rows(
    _ rows: Range<Int>, _ columns: Range<Int>, block index: Int, _ image: ConvolutionTask.Image,
    from source: UnsafePointer<Float>,
    plane: Int, _ scratch: UnsafeMutablePointer<Float>
  ) {
    let (group, block) = (index / weights.blocksPerGroup, index % weights.blocksPerGroup)
    let output = task.output
    let first = (group * weights.outputsPerGroup + block * weights.block) * output.plane
    let segments = Partition(
      count: columns.count, parts: ceilDivide(columns.count, task.micro.pixelTile))
    var tile = ConvTile(
      input: source, taps: taps.pointer, weights: weights.weights(group, block),
      bias: weights.bias(group, block), output: image.output, scratch: scratch)
    tile.channels = task.channels
    tile.channelStride = plane
    tile.tapCount = taps.count
    tile.outputChannelStride = output.plane
    tile.outputs = weights.width(block)
    tile.epilogue.relu = task.relu
    for y in rows {
      for part in 0..<segments.parts {
        let pixels = segments[part]
        let x = columns.lowerBound + pixels.lowerBound
        let at = first + y * output.w + x
        tile.input = source + (group * task.channels * plane + canvas.row(y) + x)
        tile.pixels = pixels.count
        tile.output = image.output + at
        if let residual = image.residual { tile.epilogue.residual = residual + at }
        // A plane of one pixel has channels as neighbours: both strides are one then, and either store is right.
        task.micro.run(&tile)
      }
      task.activate(
        image.output + (first + y * output.w + columns.lowerBound), channels: tile.outputs,
        count: columns.count)
    }
  }
}
