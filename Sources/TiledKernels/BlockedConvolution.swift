import Kernels
import MicroKernelAPI
import Operators
import Tensors

/// Convolution vectorised over output channels, of pixels whose channels were put side by side first, a vector of them in a
/// block: a tile then reads a line for each of its pixels and not a page for each of their channels.
struct BlockedConvolution: Kernel {
  let name = "tiled/blocked"

  func support(_ op: any Operator, _ inputs: [TensorType], isa: ISA) -> Support {
    guard let conv = op as? Conv2D, let reduced = try? ReducedConvolution(conv, inputs),
      (1...2).contains(reduced.conv.stride.w), reduced.input.c / reduced.conv.groups >= 4
    else { return .no("computes convolutions of 4 channels or more and of columns 1 or 2 apart only") }
    return .yes(Form(epilogues: Epilogue.of(conv), cycles: cycles(reduced, isa.microKernels)))
  }

  func prepare(_ task: KernelTask) throws -> any Prepared { try PreparedBlocked(task) }
}

extension BlockedConvolution {
  func cycles(_ reduced: ReducedConvolution, _ micro: MicroKernels) -> Double {
    let (conv, input, output) = (reduced.conv, reduced.flat.input, reduced.flat.output)
    let perGroup = reduced.outputsPerGroup
    let blocks = conv.groups * ceilDivide(perGroup, micro.outputBlock)
    let tiles = Cycles.blocked(
      pixels: output.w, channels: input.c / conv.groups, taps: conv.kernel.h * conv.kernel.w,
      outputs: min(perGroup, micro.outputBlock), micro)
    let passes = ceilDivide(input.n, Self.together(images: input.n, floats: input.c * input.plane))
    return Double(2 * passes) * Cycles.region
      + Double(input.n) * (Self.drawing(reduced.flat, micro) + Double(blocks * output.h) * tiles)
      + Cycles.weights(blocks * micro.outputBlock * reduced.depth, passes: passes)
  }

  /// Images whose canvases of so many floats fill half of the second cache.
  fileprivate static func together(images: Int, floats: Int) -> Int {
    min(images, max(1, SecondCache.bytes / 8 / floats))
  }

  /// Cycles of putting an image's channels side by side.
  private static func drawing(_ reduced: ReducedConvolution, _ micro: MicroKernels) -> Double {
    let (conv, input) = (reduced.conv, reduced.input)
    let channels = input.c / conv.groups
    let rest = channels % micro.lanes
    let few = rest < 4 ? drawn.single * Double(rest) : drawn.square * Double(micro.lanes)
    let pixel = few + drawn.square * Double(channels - rest)
    let rows = min(input.h, reduced.output.h * conv.kernel.h)
    let calls = ceilDivide(channels, micro.lanes) * conv.groups * rows
    return Double(conv.groups * rows * input.w) * pixel + drawn.call * Double(calls)
  }

  /// A value that is transposed in squares, or alone where channels are too few for them; a call for a row.
  private static let drawn = (square: 0.3, single: 6.0, call: 120.0)
}

private struct PreparedBlocked: Prepared {
  let task: ConvolutionTask
  let weights: PackedWeights
  /// Of an area if each has a canvas of its own, else of an image.
  let canvas: BlockCanvas
  let taps: Constants<Int>
  let areas: (rows: Partition, columns: Partition)
  /// Images whose canvases are drawn before the first product, as they stay near or weights should be read once; nil: each area
  /// is drawn by the worker that computes it.
  let together: Int?

  init(_ task: KernelTask) throws {
    self.task = try ConvolutionTask(task, flat: true)
    let (conv, input, output, micro) = (self.task.conv, self.task.input, self.task.output, self.task.micro)
    let order = BlockCanvas.order(
      channels: self.task.channels, taps: conv.kernel.h * conv.kernel.w, lanes: micro.lanes)
    weights = try self.task.packed(task, block: micro.outputBlock, order: order.map { Constants($0) })
    let image = BlockCanvas(self.task, rows: output.h, columns: output.w)
    let half = SecondCache.bytes / 2
    if weights.bytes > half || 4 * image.floats <= half {
      let blocks = conv.groups * weights.blocksPerGroup
      together = BlockedConvolution.together(images: input.n, floats: image.floats)
      canvas = image
      areas = Self.areas(self.task, parts: ceilDivide(16, blocks))
    } else {
      together = nil
      areas = Self.areas(self.task, parts: max(ceilDivide(8, input.n), ceilDivide(image.floats, Self.near)))
      canvas = BlockCanvas(
        self.task, rows: ceilDivide(output.h, areas.rows.parts),
        columns: ceilDivide(output.w, areas.columns.parts))
    }
    taps = Constants(canvas.taps)
  }

  /// Floats of a canvas that stays in the second cache beside weights.
  private static let near = 64 << 10

  /// About so many parts of the output: rows, and where these are few, parts of them of whole tiles.
  private static func areas(_ task: ConvolutionTask, parts: Int) -> (rows: Partition, columns: Partition) {
    let (output, micro) = (task.output, task.micro)
    let rows = min(output.h, parts)
    let columns = min(ceilDivide(output.w, micro.pixelTile), ceilDivide(parts, rows))
    return (Partition(count: output.h, parts: rows), Partition(count: output.w, parts: columns))
  }

  var packed: [PackedMemory] { [weights.packed] }

  func workspace(threads: Int) -> Int {
    WorkerScratch.count(task.micro, threads: threads) + (together ?? threads) * canvas.floats
  }

  func bind(_ memory: CallMemory, threads: Int) -> [Region] {
    let scratch = WorkerScratch(memory.workspace, task.micro, threads: threads)
    let images = task.images(memory)
    guard let together else { return [convolve(images, scratch)] }
    return stride(from: 0, to: images.count, by: together).flatMap { first in
      let group = Array(images[first..<min(images.count, first + together)])
      return [draw(group, into: scratch.rest), convolve(group, from: scratch.rest, scratch)]
    }
  }
}

extension PreparedBlocked {
  private var count: Int { areas.rows.parts * areas.columns.parts }

  private var blocks: Int { task.conv.groups * weights.blocksPerGroup }

  private func area(_ index: Int) -> BlockCanvas.Area {
    BlockCanvas.Area(
      rows: areas.rows[index / areas.columns.parts], columns: areas.columns[index % areas.columns.parts])
  }

  /// All blocks of an area after another.
  private func convolve(_ images: [ConvolutionTask.Image], _ scratch: WorkerScratch) -> Region {
    Region("convolve areas", tiles: images.count * count) { tile, worker in
      let (image, area) = (images[tile / count], area(tile % count))
      let drawn = scratch.rest + worker * canvas.floats
      for channels in 0..<canvas.blocks { canvas.draw(image.input, channels, area, into: drawn, task.micro) }
      for block in 0..<blocks {
        compute(block, image, area, from: drawn - canvas.offset(area), scratch[worker])
      }
    }.computing("")
  }

  private func draw(_ images: [ConvolutionTask.Image], into drawn: UnsafeMutablePointer<Float>) -> Region {
    let all = BlockCanvas.Area(rows: 0..<task.output.h, columns: 0..<task.output.w)
    return Region("pack", tiles: images.count * canvas.blocks) { tile, _ in
      let (image, channels) = (tile / canvas.blocks, tile % canvas.blocks)
      canvas.draw(images[image].input, channels, all, into: drawn + image * canvas.floats, task.micro)
    }
  }

  /// All areas of a block after another.
  private func convolve(
    _ images: [ConvolutionTask.Image], from drawn: UnsafePointer<Float>, _ scratch: WorkerScratch
  ) -> Region {
    Region("convolve", tiles: blocks * count) { tile, worker in
      for i in images.indices {
        compute(tile / count, images[i], area(tile % count), from: drawn + i * canvas.floats, scratch[worker])
      }
    }.computing("")
  }

  /// - Parameters:
  ///   - index: among the blocks of all groups.
  ///   - source: where the image's first window would lie.
  private func compute(
    _ index: Int, _ image: ConvolutionTask.Image, _ area: BlockCanvas.Area, from source: UnsafePointer<Float>,
    _ scratch: UnsafeMutablePointer<Float>
  ) {
    let (group, block) = (index / weights.blocksPerGroup, index % weights.blocksPerGroup)
    let output = task.output
    let first = (group * weights.outputsPerGroup + block * weights.block) * output.plane
    var tile = ConvTile(
      input: source, taps: taps.pointer, weights: weights.weights(group, block),
      bias: weights.bias(group, block), output: image.output, scratch: scratch)
    tile.channels = task.channels
    tile.channelStride = canvas.plane
    tile.pixelStep = task.conv.stride.w
    tile.tapCount = taps.count
    tile.outputChannelStride = output.plane
    tile.outputs = weights.width(block)
    tile.epilogue.relu = task.relu
    let segments = Partition(
      count: area.columns.count, parts: ceilDivide(area.columns.count, task.micro.pixelTile))
    // The next block's weights, a share for each of the first tiles.
    let next = weights.weights(0, 0) + (index + 1) % blocks * weights.depth * weights.block
    let shares = min(area.rows.count * segments.parts, 8)
    tile.aheadStep = ceilDivide(weights.block, shares)
    var done = 0
    for y in area.rows {
      for part in 0..<segments.parts {
        let pixels = segments[part]
        let x = area.columns.lowerBound + pixels.lowerBound
        let at = first + y * output.w + x
        tile.input = source + (group * canvas.blocksPerGroup * canvas.plane + canvas.offset(y, x))
        tile.pixels = pixels.count
        tile.output = image.output + at
        tile.ahead = next + min(done, shares - 1) * tile.aheadStep * weights.depth
        if let residual = image.residual { tile.epilogue.residual = residual + at }
        task.micro.run(&tile)
        done += 1
      }
      task.activate(
        image.output + (first + y * output.w + area.columns.lowerBound), channels: tile.outputs,
        count: area.columns.count)
    }
  }
}
