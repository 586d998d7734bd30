import Kernels
import MicroKernelAPI
import Tensors

/// Direct convolution whose tiles take pixels one by one, across rows and images: for rows too short to fill a tile, and for
/// batches of small maps, whose images would each pass all weights by for a few pixels.
struct DirectPixels: Prepared {
  private let task: ConvolutionTask
  private let canvas: Canvas
  private let weights: PackedWeights
  private let taps: Constants<Int>
  /// Images that are computed together.
  private let together: Int
  /// Of each pixel of these images.
  private let inputs: Constants<Int>
  private let outputs: Constants<Int>
  /// Tiles of pixels that pass a block of weights by, as a region's tile.
  private let parts: Int
  private let blocksOutside: Bool

  /// Whether tiles of pixels take fewer steps than tiles of each row's pixels do. A step with few pixels waits for its sums.
  static func isBetter(_ output: Shape, _ micro: MicroKernels) -> Bool {
    let most = micro.pixelTile
    func steps(_ pixels: Int) -> Int {
      guard pixels > 0 else { return 0 }
      let tiles = ceilDivide(pixels, most)
      return tiles * max(ceilDivide(pixels, tiles), 5) + tiles
    }
    let (images, count) = (output.n, imagesTogether(output, micro))
    let rows = images * output.h * steps(output.w)
    let pixels = images / count * steps(count * output.plane) + steps(images % count * output.plane)
    return pixels * 10 < rows * 9
  }

  /// Enough for a few tiles.
  static func imagesTogether(_ output: Shape, _ micro: MicroKernels) -> Int {
    min(output.n, max(1, 16 * micro.pixelTile / output.plane))
  }

  init(_ task: KernelTask) throws {
    self.task = try ConvolutionTask(task)
    let (conv, input, output) = (self.task.conv, self.task.input, self.task.output)
    let (canvas, together) = (
      Canvas(conv, input: input, output: output, slack: 0), Self.imagesTogether(output, self.task.micro)
    )
    self.canvas = canvas
    self.together = together
    weights = try self.task.packed(task, block: self.task.micro.outputBlock)
    taps = Constants(canvas.taps)
    let image = input.c * (canvas.isImage ? input.plane : canvas.plane)
    let pixels = (0..<together).flatMap { n in
      (0..<output.plane).map { p in
        (
          input: n * image + canvas.row(p / output.w) + p % output.w,
          output: n * output.c * output.plane + p
        )
      }
    }
    inputs = Constants(pixels.map(\.input))
    outputs = Constants(pixels.map(\.output))
    let blocks = conv.groups * weights.blocksPerGroup
    parts = ceilDivide(desiredTiles, blocks)
    blocksOutside = weights.bytes / conv.groups > SecondCache.bytes / 2
  }

  var packed: [PackedMemory] { [weights.packed] }

  func workspace(threads: Int) -> Int {
    WorkerScratch.count(task.micro, threads: threads)
      + (canvas.isImage ? 0 : together * task.input.c * canvas.plane)
  }

  func bind(_ memory: CallMemory, threads: Int) -> [Region] {
    let scratch = WorkerScratch(memory.workspace, task.micro, threads: threads)
    let images = task.images(memory)
    return stride(from: 0, to: images.count, by: together).flatMap { first -> [Region] in
      let (image, count) = (images[first], min(together, images.count - first))
      let regions =
        canvas.isImage
        ? [convolve(image, count, from: image.input, plane: task.input.plane, scratch)]
        : [
          task.draw(canvas, image, count: count, into: scratch.rest),
          convolve(image, count, from: scratch.rest, plane: canvas.plane, scratch),
        ]
      return regions + task.activation(memory, images: first..<first + count)
    }
  }

  /// - Parameter source: channels `plane` floats apart, padded, image after image.
  private func convolve(
    _ image: ConvolutionTask.Image, _ count: Int, from source: UnsafePointer<Float>, plane: Int,
    _ scratch: WorkerScratch
  ) -> Region {
    let blocks = task.conv.groups * weights.blocksPerGroup
    let pixels = count * task.output.plane
    let segments = Partition(count: pixels, parts: ceilDivide(pixels, task.micro.pixelTile))
    let runs = Partition(count: segments.parts, parts: min(segments.parts, parts))
    return Region("convolve", tiles: blocks * runs.parts) { tile, worker in
      let block = blocksOutside ? tile / runs.parts : tile % blocks
      let run = blocksOutside ? tile % runs.parts : tile / blocks
      var work = start(block, image, count, from: source, plane: plane, scratch[worker])
      let (output, residual) = (work.output, work.epilogue.residual)
      for segment in runs[run] {
        let range = segments[segment]
        work.pixels = range.count
        work.inputOffsets = inputs.pointer + range.lowerBound
        let at = place(&work, range.lowerBound, count)
        work.output = output + at
        work.epilogue.residual = residual.map { $0 + at }
        task.micro.run(&work)
      }
    }.computing("")
  }

  /// Where the output of a tile begins, from that of its block.
  private func place(_ work: inout ConvTile, _ first: Int, _ images: Int) -> Int {
    if images == 1 { return first }
    // Maps of one pixel: images are the pixels, channels are neighbours.
    if task.output.plane == 1 { return outputs.pointer[first] }
    work.outputOffsets = outputs.pointer + first
    return 0
  }

  /// - Parameter block: among the blocks of all groups.
  private func start(
    _ index: Int, _ image: ConvolutionTask.Image, _ images: Int, from source: UnsafePointer<Float>,
    plane: Int, _ scratch: UnsafeMutablePointer<Float>
  ) -> ConvTile {
    let (group, block) = (index / weights.blocksPerGroup, index % weights.blocksPerGroup)
    let first = (group * weights.outputsPerGroup + block * weights.block) * task.output.plane
    var tile = ConvTile(
      input: source + group * task.channels * plane, taps: taps.pointer,
      weights: weights.weights(group, block), bias: weights.bias(group, block),
      output: image.output + first, scratch: scratch)
    tile.channels = task.channels
    tile.channelStride = plane
    tile.tapCount = taps.count
    tile.outputChannelStride = task.output.plane
    tile.outputPixelStride = task.output.plane == 1 ? task.output.c : 1
    tile.outputs = weights.width(block)
    tile.epilogue.relu = task.relu
    tile.epilogue.residual = image.residual.map { $0 + first }
    return tile
  }
}
