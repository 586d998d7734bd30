import Kernels
import MicroKernelAPI
import Operators
import Tensors

/// Convolution vectorised over the pixels of a row: depthwise, groups of few channels, few output channels.
struct RowConvolution: Kernel {
  let name = "tiled/rows"

  func support(_ op: any Operator, _ inputs: [Shape], isa: ISA) -> Support {
    guard let conv = op as? Conv2D, let output = try? conv.output(inputs) else {
      return .no("computes convolutions only")
    }
    // Where weights need no broadcast, this is the faster way unless the last vector of a row is mostly empty.
    let (micro, outputs) = (isa.microKernels, conv.outputChannels / conv.groups)
    let filled = Double(output.w) / Double(ceilDivide(output.w, micro.lanes) * micro.lanes)
    let isBest = micro.weightCopies > 1 && outputs >= 4 && filled > 0.8
    return .yes(Abilities(epilogues: Kernels.Epilogue.of(conv), preference: isBest ? 3 : 1))
  }

  func prepare(_ task: Task) throws -> any Prepared { try PreparedRows(task) }
}

private struct PreparedRows: Prepared {
  let task: ConvolutionTask
  let canvas: Canvas
  let weights: PackedWeights
  let taps: Constants<Int>
  let rowParts: Partition

  init(_ task: Task) throws {
    self.task = try ConvolutionTask(task)
    let (conv, micro) = (self.task.conv, self.task.micro)
    let (input, output) = (self.task.input, self.task.output)
    // The last step of a row reads up to four vectors.
    canvas = Canvas(conv, input: input, output: output, slack: 4 * micro.lanes)
    let perGroup = self.task.outputsPerGroup
    weights = PackedWeights(conv, task, block: PreparedRows.block(perGroup), copies: micro.weightCopies)
    taps = Constants(canvas.taps(channels: self.task.channels))
    rowParts = NearRuns.partition(
      output.h, blocks: conv.groups * weights.blocksPerGroup, inputs: input.c * input.plane,
      weights: weights.values.count)
  }

  /// Output channels at once: as many as fill the registers, unless many of the last block would be computed in vain.
  private static func block(_ outputs: Int) -> Int {
    let padded = ceilDivide(outputs, 6) * 6
    if padded * 10 <= outputs * 11 { return 6 }
    return outputs >= 4 ? 4 : outputs >= 2 ? 2 : 1
  }

  /// With many groups each tile draws its own group, into memory that stays in the worker's nearest cache.
  private var drawsInTile: Bool { task.conv.groups >= desiredTiles }

  var weightMemory: [UnsafeRawBufferPointer] { weights.memory }

  func workspace(threads: Int) -> Int {
    let planes = drawsInTile ? threads * task.channels : task.input.c
    return WorkerScratch.count(task.micro, threads: threads) + canvas.plane * planes
  }

  func bind(_ memory: Arguments, threads: Int) -> [Region] {
    let scratch = WorkerScratch(memory.workspace, task.micro, threads: threads)
    return task.images(memory).flatMap { image -> [Region] in
      drawsInTile
        ? [groups(image, scratch)]
        : [task.draw(canvas, image, into: scratch.rest), convolve(image, scratch)]
    }
  }

  private func groups(_ image: ConvolutionTask.Image, _ scratch: WorkerScratch) -> Region {
    let channels = task.channels
    return Region("groups", tiles: task.conv.groups) { group, worker in
      let canvases = scratch.rest + worker * channels * canvas.plane
      for c in 0..<channels {
        let plane = image.input + (group * channels + c) * task.input.plane
        canvas.draw(plane, into: canvases + c * canvas.plane, task.micro)
      }
      for block in 0..<weights.blocksPerGroup {
        rows(0..<task.output.h, group: group, block: block, image, from: canvases, scratch[worker])
      }
    }.computing("")
  }

  private func convolve(_ image: ConvolutionTask.Image, _ scratch: WorkerScratch) -> Region {
    let blocks = task.conv.groups * weights.blocksPerGroup
    return Region("convolve", tiles: blocks * rowParts.parts) { tile, worker in
      let (group, block) = (tile % blocks / weights.blocksPerGroup, tile % weights.blocksPerGroup)
      rows(
        rowParts[tile / blocks], group: group, block: block, image,
        from: scratch.rest + group * task.channels * canvas.plane, scratch[worker])
    }.computing("")
  }

  /// - Parameter source: the canvases of the group's channels.
  private func rows(
    _ rows: Range<Int>, group: Int, block: Int, _ image: ConvolutionTask.Image,
    from source: UnsafePointer<Float>, _ scratch: UnsafeMutablePointer<Float>
  ) {
    let output = task.output
    let at =
      (group * weights.outputsPerGroup + block * weights.block) * output.plane + rows.lowerBound * output.w
    var row = ConvRow(
      input: source + canvas.row(rows.lowerBound), taps: taps.pointer, weights: weights.weights(group, block),
      bias: weights.bias(group, block), output: image.output + at, scratch: scratch)
    row.inputRowStride = canvas.row(1)
    row.tapCount = taps.count
    row.outputRowStride = output.w
    row.outputChannelStride = output.plane
    row.block = weights.block
    row.outputs = weights.width(block)
    row.rows = rows.count
    row.width = output.w
    row.epilogue.relu = task.relu
    if let residual = image.residual { row.epilogue.residual = residual + at }
    task.micro.convRow(&row)
    task.activate(row.output, channels: row.outputs, count: rows.count * output.w)
  }
}
