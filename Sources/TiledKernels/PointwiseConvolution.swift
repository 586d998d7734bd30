import Kernels
import MicroKernelAPI
import Operators
import Tensors

/// 1×1 convolution, vectorised over pixels: a matrix product that reads and writes NCHW as it is; with a stride, the pixels
/// that count are copied side by side first.
struct PointwiseConvolution: Kernel {
  let name = "tiled/pointwise"

  func support(_ op: any Operator, _ inputs: [TensorType], isa: ISA) -> Support {
    guard let conv = op as? Conv2D, let reduced = try? ReducedConvolution(conv, inputs),
      reduced.conv.kernel == Pair(1), reduced.padsNothing
    else { return .no("computes 1×1 convolutions without padding only") }
    return .yes(Form(epilogues: Epilogue.of(conv), cycles: cycles(reduced, isa.microKernels)))
  }

  func prepare(_ task: KernelTask) throws -> any Prepared { try PreparedPointwise(task) }

  /// Where weights are stored several times; with few outputs the copy of the image is not worth it.
  static func usesPanels(_ conv: Conv2D, _ micro: MicroKernels) -> Bool {
    micro.weightCopies > 1 && conv.outputChannels / conv.groups >= 24
  }
}

extension PointwiseConvolution {
  func cycles(_ reduced: ReducedConvolution, _ micro: MicroKernels) -> Double {
    let images = reduced.input.n
    return Cycles.region + Double(images) * (Cycles.region + Self.image(reduced, micro))
      + Cycles.scalarWeights(reduced.weightCount, passes: images, micro)
  }

  /// An image's copies and tiles.
  private static func image(_ reduced: ReducedConvolution, _ micro: MicroKernels) -> Double {
    let (input, output) = (reduced.input, reduced.output)
    func tiles(_ pixels: Int, _ points: Cycles.Points) -> Double {
      let group = Cycles.points(pixels, depth: reduced.depth, outputs: reduced.outputsPerGroup, points, micro)
      return Double(reduced.conv.groups) * group
    }
    let isDense = input.plane == output.plane
    if usesPanels(reduced.conv, micro) {
      let perRow = panel.row * Double(ceilDivide(output.plane, 2 * micro.lanes))
      let plane = isDense ? perRow : panel.pickedPixel * Double(output.plane)
      return Cycles.region + Double(input.c) * plane + tiles(output.plane, .panels)
    }
    guard isDense else {
      let plane = gathering.pixel * Double(output.plane) + gathering.plane
      return Cycles.region + Double(input.c) * plane + tiles(output.plane, .image)
    }
    let tail = output.plane % micro.lanes
    let whole = tiles(output.plane - tail, .image) + farPixel * Double(input.c * output.plane)
    if tail == 0 { return whole }
    let blocks = reduced.conv.groups * ceilDivide(reduced.outputsPerGroup, micro.pointBlock)
    return whole + tiles(tail, .image) + Cycles.region + tailCopy.channel * Double(input.c)
      + tailCopy.block * Double(blocks)
  }

  /// Cycles of copying pixels into panels: a tile's pixels of a channel, or a pixel that a stride takes.
  private static let panel = (row: 15.0, pickedPixel: 9.5)
  /// Cycles of copying what a stride takes: a pixel, and a channel's begin and end.
  private static let gathering = (pixel: 0.5, plane: 110.0)
  /// Cycles of the last pixels, fewer than a vector: a channel's copy, and storing a block's.
  private static let tailCopy = (channel: 25.0, block: 60.0)
  /// Reading a pixel that was not copied, from a page of its own for each channel.
  private static let farPixel = 0.15
}

private struct PreparedPointwise: Prepared {
  let task: ConvolutionTask
  let weights: PackedWeights
  /// First pixel of each tile; the last one may be a copy of the plane's last pixels in the workspace.
  let starts: [Int]
  /// Tiles that pass a block of channels by together: each channel of the result is then written on from where it was
  /// left, and not all of them, on a page each, for every tile.
  let runs: Partition
  let blockParts: Partition
  let blocksOutside: Bool
  /// What is read instead of the image: a block's weights are then used for many panels while they are near.
  let panels: Panels?
  /// With a stride: floats from plane to plane of the copy, which is read instead of the image.
  let copyPitch: Int?

  init(_ task: KernelTask) throws {
    self.task = try ConvolutionTask(task)
    let (conv, input, micro) = (self.task.conv, self.task.input, self.task.micro)
    // Blocks of equal width: 64 channels are 5 × 13 and not 4 × 14 + 8.
    let perGroup = self.task.outputsPerGroup
    let block = ceilDivide(perGroup, ceilDivide(perGroup, micro.pointBlock))
    weights = try self.task.packed(task, block: block, copies: micro.weightCopies)
    panels = PointwiseConvolution.usesPanels(conv, micro) ? Panels(self.task) : nil
    let (pixels, lanes) = (self.task.output.plane, micro.lanes)
    // Whole lines, an odd number of them: planes at a power of two apart would share cache sets.
    let isCopied = !self.task.takesEveryPixel && panels == nil
    copyPitch = isCopied ? (ceilDivide(pixels, 16) | 1) * 16 : nil
    let whole = isCopied ? pixels : pixels / lanes * lanes
    starts = Array(stride(from: 0, to: whole, by: 2 * lanes)) + (whole < pixels ? [whole] : [])
    let blocks = conv.groups * weights.blocksPerGroup
    blocksOutside = weights.bytes > input.c * pixels * 4
    let near = max(1, Self.nearBytes / (self.task.channels * 2 * lanes * 4))
    runs = Partition(count: starts.count, parts: ceilDivide(starts.count, near))
    let parts = blocksOutside ? desiredTiles : ceilDivide(desiredTiles, runs.parts)
    blockParts = Partition(count: blocks, parts: min(blocks, parts))
  }

  /// Of a run's inputs, which stay in a core's own cache while all blocks pass by.
  private static let nearBytes = 128 << 10

  /// Pixels after the last whole vector of an image that is read as it is.
  private var tail: Int { copyPitch == nil ? task.input.plane % task.micro.lanes : 0 }

  var packed: [PackedMemory] { [weights.packed] }

  func workspace(threads: Int) -> Int {
    if let panels { return WorkerScratch.count(task.micro, threads: threads) + panels.floats }
    let copied = copyPitch ?? (tail == 0 ? 0 : task.micro.lanes)
    return copied == 0 ? 0 : WorkerScratch.count(task.micro, threads: threads) + task.input.c * copied
  }

  func bind(_ memory: CallMemory, threads: Int) -> [Region] {
    let scratch = WorkerScratch(memory.workspace, task.micro, threads: threads)
    return task.images(memory).flatMap { image -> [Region] in
      if let panels {
        return [panels.draw(image.input, into: scratch.rest), multiply(image, panels, scratch)]
      }
      let multiply = Region("multiply", tiles: runs.parts * blockParts.parts) { tile, worker in
        let part = blocksOutside ? tile / runs.parts : tile % blockParts.parts
        let run = runs[blocksOutside ? tile % runs.parts : tile / blockParts.parts]
        self.multiply(image, copy: scratch.rest, run, blockParts[part], scratch[worker])
      }.computing("")
      if let copyPitch { return [copyPixels(image.input, scratch.rest, pitch: copyPitch), multiply] }
      return tail == 0 ? [multiply] : [copyTail(image.input, scratch.rest), multiply]
    }
  }

  /// The last pixels of every channel, zero-padded to a vector.
  private func copyTail(_ image: UnsafePointer<Float>, _ copy: UnsafeMutablePointer<Float>) -> Region {
    let (input, lanes, count) = (task.input, task.micro.lanes, tail)
    return Region("tail", tiles: ceilDivide(input.c, 64)) { tile, _ in
      for c in tile * 64..<min(input.c, (tile + 1) * 64) {
        let row = copy + c * lanes
        row.update(repeating: 0, count: lanes)
        row.update(from: image + (c * input.plane + input.plane - count), count: count)
      }
    }
  }

  /// The pixels that a stride takes, side by side, zeros after them.
  private func copyPixels(
    _ image: UnsafePointer<Float>, _ copy: UnsafeMutablePointer<Float>, pitch: Int
  ) -> Region {
    let (input, output, stride) = (task.input, task.output, task.conv.stride)
    return Region("gather", tiles: input.c) { c, _ in
      let plane = copy + c * pitch
      var rows = PadRows(input: image + c * input.plane, output: plane)
      rows.step = stride.w
      rows.inputStride = stride.h * input.w
      rows.outputStride = output.w
      rows.rows = output.h
      rows.width = output.w
      rows.count = output.w
      task.micro.run(&rows)
      (plane + output.plane).update(repeating: 0, count: pitch - output.plane)
    }
  }

  /// Where the channels of pixels from `start` on lie, and how many of these pixels are computed.
  private func source(
    _ image: UnsafePointer<Float>, _ copy: UnsafePointer<Float>, _ start: Int
  ) -> (UnsafePointer<Float>, stride: Int, pixels: Int) {
    let (plane, lanes) = (task.output.plane, task.micro.lanes)
    if let copyPitch { return (copy + start, copyPitch, min(2 * lanes, plane - start)) }
    if start + lanes > plane { return (copy, lanes, tail) }
    return (image + start, plane, start + 2 * lanes <= plane ? 2 * lanes : lanes)
  }

  private func multiply(
    _ image: ConvolutionTask.Image, copy: UnsafePointer<Float>, _ run: Range<Int>, _ blocks: Range<Int>,
    _ scratch: UnsafeMutablePointer<Float>
  ) {
    var tile = PointTile(
      input: image.input, weights: image.input, bias: image.input, output: image.output, scratch: scratch)
    tile.channels = task.channels
    tile.outputChannelStride = task.output.plane
    tile.block = weights.block
    tile.epilogue.relu = task.relu
    for index in blocks {
      let (group, block) = (index / weights.blocksPerGroup, index % weights.blocksPerGroup)
      let first = (group * weights.outputsPerGroup + block * weights.block) * task.output.plane
      tile.weights = weights.weights(group, block)
      tile.bias = weights.bias(group, block)
      tile.outputs = weights.width(block)
      for part in run {
        let start = starts[part]
        let (source, stride, pixels) = source(image.input, copy, start)
        (tile.input, tile.channelStride) = (source + group * task.channels * stride, stride)
        (tile.pixels, tile.output) = (pixels, image.output + (first + start))
        // The tail's channels are side by side: nothing lies ahead.
        tile.ahead =
          stride > task.micro.lanes
          ? lookahead(from: source, tiles: run.count, during: index - blocks.lowerBound, of: blocks.count)
          : Lookahead(source)
        if let residual = image.residual { tile.epilogue.residual = residual + (first + start) }
        task.micro.run(&tile)
        task.activate(tile.output, channels: tile.outputs, count: tile.pixels)
      }
    }
  }

  private func multiply(
    _ image: ConvolutionTask.Image, _ panels: Panels, _ scratch: WorkerScratch
  ) -> Region {
    let blocks = task.conv.groups * weights.blocksPerGroup
    let runs = NearRuns.partition(
      panels.count, blocks: blocks, inputs: panels.floats, weights: weights.values.count)
    return Region("multiply panels", tiles: blocks * runs.parts) { tile, worker in
      let (group, block) = (tile % blocks / weights.blocksPerGroup, tile % weights.blocksPerGroup)
      let first = (group * weights.outputsPerGroup + block * weights.block) * task.output.plane
      var work = PointTile(
        input: scratch.rest, weights: weights.weights(group, block), bias: weights.bias(group, block),
        output: image.output, scratch: scratch[worker])
      work.channels = task.channels
      work.channelStride = panels.width
      work.outputChannelStride = task.output.plane
      work.block = weights.block
      work.outputs = weights.width(block)
      work.epilogue.relu = task.relu
      for panel in runs[tile / blocks] {
        let at = first + panel * panels.width
        work.input = UnsafePointer(scratch.rest) + panels.offset(group: group, panel)
        work.pixels = panels.pixels(panel)
        work.output = image.output + at
        if let residual = image.residual { work.epilogue.residual = residual + at }
        task.micro.run(&work)
        task.activate(work.output, channels: work.outputs, count: work.pixels)
      }
    }.computing("")
  }

  /// The share of the next run's pixels that one of several blocks fetches.
  private func lookahead(
    from source: UnsafePointer<Float>, tiles: Int, during block: Int, of blocks: Int
  ) -> Lookahead {
    let vectors = 2 * task.channels * Lookahead.scale
    var ahead = Lookahead(source + tiles * 2 * task.micro.lanes)
    ahead.first = vectors * block / blocks
    ahead.step = vectors / blocks / task.channels
    return ahead
  }
}
