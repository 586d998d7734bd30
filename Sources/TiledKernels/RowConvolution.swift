import Kernels
import MicroKernelAPI
import Operators
import Tensors

/// Convolution vectorised over the pixels of a row: depthwise, groups of few channels, few output channels.
struct RowConvolution: Kernel {
  let name = "tiled/rows"

  func support(_ op: any Operator, _ inputs: [TensorType], isa: ISA) -> Support {
    guard let conv = op as? Conv2D, let reduced = try? ReducedConvolution(conv, inputs) else {
      return .no("computes convolutions only")
    }
    return .yes(Form(epilogues: Epilogue.of(conv), cycles: cycles(reduced, isa.microKernels)))
  }

  func prepare(_ task: KernelTask) throws -> any Prepared { try PreparedRows(task) }
}

extension RowConvolution {
  /// A product of vectors: two a cycle.
  private static let product = 0.5
  /// The place of a tap and the end of the loop, most of which waits for nothing.
  private static let tap = 0.3
  /// With few sums each waits for the one before it.
  private static let latency = 4.0
  /// Two calls for a step: sums of its taps, and what follows for each output channel.
  private static let step = 30.0
  private static let stepOutput = 10.0
  /// A call for a block of channels.
  private static let call = 110.0

  func cycles(_ reduced: ReducedConvolution, _ micro: MicroKernels) -> Double {
    let (conv, perGroup) = (reduced.conv, reduced.outputsPerGroup)
    let block = PreparedRows.block(perGroup)
    let blocks = Double(perGroup / block) * Self.cycles(reduced, outputs: block, micro)
    let rest = perGroup % block
    let last = rest > 0 ? Self.cycles(reduced, outputs: rest, micro) : 0
    let image = Cycles.region + reduced.drawing(micro) + Double(conv.groups) * (blocks + last)
    return Cycles.region + Double(reduced.input.n) * image
      + Cycles.scalarWeights(reduced.weightCount, passes: reduced.input.n, micro)
  }

  /// A block of output channels, all rows: each in steps of some vectors of pixels.
  private static func cycles(_ reduced: ReducedConvolution, outputs: Int, _ micro: MicroKernels) -> Double {
    let vectors = ceilDivide(reduced.output.w, micro.lanes)
    let computed = outputs > 4 ? 6 : outputs > 2 ? 4 : outputs
    // As many as leave registers for the sums of all outputs.
    let most = micro.lanes == 16 || computed == 1 ? 4 : 2
    func step(_ vectors: Int) -> Double {
      let products = max(latency, product * Double(computed * vectors) + tap)
      return Double(reduced.depth) * products + Self.step + stepOutput * Double(outputs)
    }
    let row = Double(vectors / most) * step(most) + (vectors % most > 0 ? step(vectors % most) : 0)
    return call + Double(reduced.output.h) * row
  }
}

private struct PreparedRows: Prepared {
  let task: ConvolutionTask
  let canvas: Canvas
  let weights: PackedWeights
  let taps: Constants<Int>
  let rowParts: Partition
  /// Unless groups are drawn one by one.
  let areas: Areas?

  init(_ task: KernelTask) throws {
    self.task = try ConvolutionTask(task)
    let (conv, micro) = (self.task.conv, self.task.micro)
    let (input, output) = (self.task.input, self.task.output)
    // The last step of a row reads up to four vectors.
    areas = conv.groups >= desiredTiles ? nil : Areas(self.task, slack: 4 * micro.lanes)
    canvas = areas?.canvas ?? Canvas(conv, input: input, output: output, slack: 4 * micro.lanes)
    let perGroup = self.task.outputsPerGroup
    weights = try self.task.packed(task, block: PreparedRows.block(perGroup), copies: micro.weightCopies)
    taps = Constants(canvas.taps(channels: self.task.channels))
    rowParts = NearRuns.partition(
      output.h, blocks: conv.groups * weights.blocksPerGroup, inputs: input.c * input.plane,
      weights: weights.values.count)
  }

  /// Output channels at once: as many as fill the registers, unless many of the last block would be computed in vain.
  static func block(_ outputs: Int) -> Int {
    let padded = ceilDivide(outputs, 6) * 6
    if padded * 10 <= outputs * 11 { return 6 }
    return outputs >= 4 ? 4 : outputs >= 2 ? 2 : 1
  }

  /// With many groups each tile draws its own group, into memory that stays in the worker's nearest cache.
  private var drawsInTile: Bool { task.conv.groups >= desiredTiles }

  var packed: [PackedMemory] { [weights.packed] }

  func workspace(threads: Int) -> Int {
    let planes =
      drawsInTile ? threads * task.channels : areas != nil ? threads * task.input.c : task.input.c
    return WorkerScratch.count(task.micro, threads: threads) + canvas.plane * planes
  }

  func bind(_ memory: CallMemory, threads: Int) -> [Region] {
    let scratch = WorkerScratch(memory.workspace, task.micro, threads: threads)
    return task.images(memory).flatMap { image -> [Region] in
      if let areas { return [convolve(image, areas, scratch)] }
      return drawsInTile
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
        rows(
          0..<task.output.h, 0..<task.output.w, group: group, block: block, image, from: canvases,
          scratch[worker])
      }
    }.computing("")
  }

  private func convolve(_ image: ConvolutionTask.Image, _ scratch: WorkerScratch) -> Region {
    let blocks = task.conv.groups * weights.blocksPerGroup
    return Region("convolve", tiles: blocks * rowParts.parts) { tile, worker in
      let (group, block) = (tile % blocks / weights.blocksPerGroup, tile % weights.blocksPerGroup)
      rows(
        rowParts[tile / blocks], 0..<task.output.w, group: group, block: block, image,
        from: scratch.rest + group * task.channels * canvas.plane, scratch[worker])
    }.computing("")
  }

  /// All blocks of an area, one area after the other.
  private func convolve(
    _ image: ConvolutionTask.Image, _ areas: Areas, _ scratch: WorkerScratch
  ) -> Region {
    task.convolve(image, areas, scratch) { rows, columns, source, scratch in
      for group in 0..<task.conv.groups {
        for block in 0..<weights.blocksPerGroup {
          self.rows(
            rows, columns, group: group, block: block, image,
            from: source + group * task.channels * canvas.plane, scratch)
        }
      }
    }
  }

  /// - Parameter source: the canvases of the group's channels.
  private func rows(
    _ rows: Range<Int>, _ columns: Range<Int>, group: Int, block: Int, _ image: ConvolutionTask.Image,
    from source: UnsafePointer<Float>, _ scratch: UnsafeMutablePointer<Float>
  ) {
    let output = task.output
    let at =
      (group * weights.outputsPerGroup + block * weights.block) * output.plane + rows.lowerBound * output.w
      + columns.lowerBound
    var row = ConvRow(
      input: source + canvas.row(rows.lowerBound) + columns.lowerBound, taps: taps.pointer,
      weights: weights.weights(group, block),
      bias: weights.bias(group, block), output: image.output + at, scratch: scratch)
    row.inputRowStride = canvas.row(1)
    row.tapCount = taps.count
    row.outputRowStride = output.w
    row.outputChannelStride = output.plane
    row.block = weights.block
    row.outputs = weights.width(block)
    row.rows = rows.count
    row.width = columns.count
    row.epilogue.relu = task.relu
    if let residual = image.residual { row.epilogue.residual = residual + at }
    task.micro.run(&row)
    if columns.count == output.w {
      task.activate(row.output, channels: row.outputs, count: rows.count * output.w)
    } else {
      for y in 0..<rows.count {
        task.activate(row.output + y * output.w, channels: row.outputs, count: columns.count)
      }
    }
  }
}
