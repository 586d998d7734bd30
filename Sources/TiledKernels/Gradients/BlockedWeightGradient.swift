import Kernels
import MicroKernelAPI
import Operators
import Tensors

/// The gradient of a convolution's weights as the direct kernel computes a convolution, with weights in the place of pixels:
/// the output's gradient lies in blocks of filters, the sum goes over pixels, and each weight of a filter reads the image from
/// an offset of its own.
struct BlockedWeightGradient: Kernel {
  let name = "tiled/weight-blocks"

  /// Cycles of storing a sum, or adding it to what is there.
  private static let store = 0.5

  func support(_ op: any Operator, _ inputs: [TensorType], isa: ISA) -> Support {
    guard let task = WeightGradientTask(op, inputs, isa.microKernels) else {
      return .no("computes the gradient of a convolution's weights only")
    }
    return .yes(Form(keepsNonFinite: task.padsNothing, cycles: cycles(task)))
  }

  private func cycles(_ task: WeightGradientTask) -> Double {
    let plan = WeightBlocks(task)
    let shape = task.gradient
    let values = shape.n * (shape.c * shape.plane + task.input.c * task.input.plane)
    let sums = Cycles.blockedProducts(
      pixels: task.depth, depth: shape.n * shape.plane / plan.passes, task.micro)
    let ends = Self.store * Double(task.micro.outputBlock * task.depth)
    let regions = 3 * Cycles.region * Double(ceilDivide(shape.n, plan.images))
    return regions + Double(values) / 2 + Double(plan.passes * plan.blocks) * (sums + ends)
  }

  func prepare(_ task: KernelTask) throws -> any Prepared {
    guard let own = WeightGradientTask(task.op, task.inputs, task.micro) else {
      preconditionFailure("\(task.op.text) is not the gradient of a convolution's weights")
    }
    return PreparedWeightBlocks(own)
  }
}

/// How the sum over pixels and the results are cut.
private struct WeightBlocks: Sendable {
  /// Pixels that make storing their sums cheap.
  private static let manyPixels = 512

  /// Images whose pixels are summed up at once.
  let images: Int
  /// Runs of rows whose gradients stay near while all weights of some filters are computed.
  let rows: Partition
  /// Blocks of filters.
  let blocks: Int
  let blocksPerGroup: Int
  /// Tiles of a filter's weights.
  let tiles: Partition
  /// How often results are added to.
  let passes: Int

  init(_ task: WeightGradientTask) {
    let (shape, micro) = (task.gradient, task.micro)
    images = min(shape.n, ceilDivide(Self.manyPixels, shape.plane))
    let near = SecondCache.bytes / 4 / (4 * micro.outputBlock)
    let parts = images > 1 ? 1 : min(shape.h, ceilDivide(shape.plane, max(near, Self.manyPixels)))
    rows = Partition(count: shape.h, parts: parts)
    blocksPerGroup = ceilDivide(task.filters, micro.outputBlock)
    blocks = task.conv.groups * blocksPerGroup
    tiles = Partition(count: task.depth, parts: ceilDivide(task.depth, micro.pixelTile))
    passes = ceilDivide(shape.n, images) * parts
  }
}

private struct PreparedWeightBlocks: Prepared {
  private let task: WeightGradientTask
  private let plan: WeightBlocks
  private let canvas: Canvas
  /// Whether the image is read as it lies; planes of even lines would share cache sets.
  private let isImage: Bool
  /// From a channel to the next.
  private let plane: Int
  /// Offsets of an image's pixels.
  private let pixels: Constants<Int>
  /// Offsets of the weights of a filter.
  private let weights: Constants<Int>
  private let zeros: Constants<Float>

  private var block: Int { task.micro.outputBlock }

  init(_ task: WeightGradientTask) {
    self.task = task
    plan = WeightBlocks(task)
    let canvas = task.canvas(slack: 0)
    self.canvas = canvas
    isImage = canvas.isImage && (task.input.plane % 32 != 0 || task.taps > 1 && task.channels < 8)
    plane = isImage ? task.input.plane : canvas.plane
    pixels = Constants(
      (0..<task.gradient.plane).map { canvas.row($0 / task.gradient.w) + $0 % task.gradient.w })
    let (taps, plane) = (canvas.taps, plane)
    weights = Constants((0..<task.channels).flatMap { c in taps.map { c * plane + $0 } })
    zeros = Constants(Array(repeating: 0, count: task.micro.outputBlock))
  }

  private var canvasFloats: Int { isImage ? 0 : plan.images * task.input.c * plane }
  private var turnedFloats: Int { plan.images * task.gradient.plane * plan.blocks * block }
  private var sumsFloats: Int { plan.passes > 1 ? plan.blocks * task.depth * block : 0 }

  func workspace(threads: Int) -> Int {
    WorkerScratch.count(task.micro, threads: threads) + canvasFloats + turnedFloats + sumsFloats
  }

  func bind(_ memory: CallMemory, threads: Int) -> [Region] {
    let scratch = WorkerScratch(memory.workspace, task.micro, threads: threads)
    let turned = scratch.rest + canvasFloats
    let sums = turned + turnedFloats
    var regions: [Region] = []
    for first in stride(from: 0, to: task.gradient.n, by: plan.images) {
      let images = min(plan.images, task.gradient.n - first)
      let image = memory.inputs[0] + first * task.input.c * task.input.plane
      let gradient = memory.inputs[1] + first * task.gradient.c * task.gradient.plane
      if !isImage { regions.append(task.draw(canvas, image, images: images, into: scratch.rest)) }
      regions.append(turn(gradient, images, into: turned))
      let source = isImage ? image : UnsafePointer(scratch.rest)
      for rows in 0..<plan.rows.parts {
        let isFirst = first == 0 && rows == 0
        regions.append(
          multiply(
            source, images, plan.rows[rows], turned, into: memory.outputs[0], sums, isFirst: isFirst, scratch)
        )
      }
    }
    if plan.passes > 1 { regions.append(finish(sums, into: memory.outputs[0])) }
    regions[regions.count - 1] = regions[regions.count - 1].computing("")
    return regions
  }

  /// Gradients in blocks of filters: `[block][image][pixel][filter]`.
  private func turn(
    _ gradient: UnsafePointer<Float>, _ images: Int, into target: UnsafeMutablePointer<Float>
  ) -> Region {
    let shape = task.gradient
    return Region("turn", tiles: plan.blocks * images) { tile, _ in
      let (index, n) = (tile / images, tile % images)
      let (first, width) = filters(index)
      var work = Transpose(
        input: gradient + (n * shape.c + first) * shape.plane, output: target + tile * shape.plane * block)
      (work.inputStride, work.outputStride) = (shape.plane, block)
      (work.rows, work.columns) = (width, shape.plane)
      task.micro.run(&work)
    }
  }

  /// The first filter of a block, and how many it has.
  private func filters(_ index: Int) -> (first: Int, count: Int) {
    let (group, inGroup) = (index / plan.blocksPerGroup, index % plan.blocksPerGroup * block)
    return (group * task.filters + inGroup, min(block, task.filters - inGroup))
  }

  private func multiply(
    _ source: UnsafePointer<Float>, _ images: Int, _ rows: Range<Int>, _ turned: UnsafePointer<Float>,
    into output: UnsafeMutablePointer<Float>, _ sums: UnsafeMutablePointer<Float>, isFirst: Bool,
    _ scratch: WorkerScratch
  ) -> Region {
    let parts = Partition(
      count: plan.tiles.parts, parts: min(plan.tiles.parts, ceilDivide(desiredTiles, plan.blocks)))
    let (shape, first) = (task.gradient, rows.lowerBound * task.gradient.w)
    return Region("multiply", tiles: plan.blocks * parts.parts) { tile, worker in
      let (index, part) = (tile / parts.parts, tile % parts.parts)
      let (filter, count) = filters(index)
      var work = ConvTile(
        input: source, taps: pixels.pointer + first,
        weights: turned + (index * images * shape.plane + first) * block, bias: zeros.pointer, output: output,
        scratch: scratch[worker])
      work.input += filter / task.filters * task.channels * plane
      (work.channels, work.channelStride) = (images, task.input.c * plane)
      work.tapCount = rows.count * shape.w
      for number in parts[part] {
        let range = plan.tiles[number]
        work.pixels = range.count
        work.inputOffsets = weights.pointer + range.lowerBound
        if plan.passes == 1 {
          work.outputs = count
          work.outputChannelStride = task.depth
          work.output = output + filter * task.depth + range.lowerBound
        } else {
          work.outputs = block
          (work.outputChannelStride, work.outputPixelStride) = (1, block)
          work.output = sums + (index * task.depth + range.lowerBound) * block
          work.epilogue.residual = isFirst ? nil : UnsafePointer(work.output)
        }
        task.micro.run(&work)
      }
    }
  }

  /// From `[block][weight][filter]` to `[filter][weight]`.
  private func finish(
    _ sums: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>
  ) -> Region {
    Region("turn back", tiles: plan.blocks) { index, _ in
      let (first, count) = filters(index)
      var work = Transpose(
        input: sums + index * task.depth * block, output: output + first * task.depth)
      (work.inputStride, work.outputStride) = (block, task.depth)
      (work.rows, work.columns) = (task.depth, count)
      task.micro.run(&work)
    }
  }
}
