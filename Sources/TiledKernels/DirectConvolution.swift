import Kernels
import MicroKernelAPI
import Operators
import Tensors

/// Convolution vectorised over output channels; any stride, padding, dilation and groups.
struct DirectConvolution: Kernel {
  let name = "tiled/direct"

  func support(_ op: any Operator, _ inputs: [Shape], isa: ISA) -> Support {
    guard let conv = op as? Conv2D else { return .no("computes convolutions only") }
    // With few output channels per group most lanes would be empty.
    let lanes = conv.outputChannels / conv.groups
    return .yes(Abilities(epilogues: Kernels.Epilogue.ofConvolutions, preference: lanes >= 8 ? 2 : 0))
  }

  func prepare(_ task: Task) throws -> any Prepared { try PreparedDirect(task) }
}

private struct PreparedDirect: Prepared {
  let conv: Conv2D
  let input: Shape
  let output: Shape
  let fusion: Fusion
  let micro: MicroKernels
  let canvas: Canvas
  let weights: PackedWeights
  let taps: Constants<Int>
  let rowChunks: Partition
  /// Blocks of channels change slower than rows: each block's weights are used for all rows while they are near.
  let blocksOutside: Bool

  init(_ task: Task) throws {
    guard let conv = task.op as? Conv2D else { preconditionFailure("\(task.op.text) is not a convolution") }
    self.conv = conv
    input = task.inputs[0]
    output = try conv.output(task.inputs)
    fusion = task.fusion
    micro = task.isa.microKernels
    canvas = Canvas(conv, input: input, output: output, slack: 0)
    weights = PackedWeights(conv, task, block: micro.outputBlock)
    taps = Constants(canvas.taps)
    let blocks = conv.groups * weights.blocksPerGroup
    rowChunks = Partition(count: output.h, parts: min(output.h, max(1, ceilDivide(desiredTiles, blocks))))
    blocksOutside = weights.bytes / conv.groups > 512 << 10
  }

  func workspace(threads: Int) -> Int {
    WorkerScratch.count(micro, threads: threads) + (canvas.isImage ? 0 : input.c * canvas.plane)
  }

  func bind(_ memory: Arguments, threads: Int) -> [Region] {
    let scratch = WorkerScratch(memory.workspace, micro, threads: threads)
    return (0..<input.n).flatMap { n -> [Region] in
      let image = memory.inputs[0] + n * input.c * input.plane
      let result = memory.outputs[0] + n * output.c * output.plane
      let residual = fusion.residual ? memory.inputs[1] + n * output.c * output.plane : nil
      guard !canvas.isImage else {
        return [convolve(image, plane: input.plane, into: result, residual: residual, scratch)]
      }
      let draw = Region("pad", tiles: input.c) { c, _ in
        canvas.draw(image + c * input.plane, into: scratch.rest + c * canvas.plane, micro)
      }
      return [draw, convolve(scratch.rest, plane: canvas.plane, into: result, residual: residual, scratch)]
    }
  }

  private func convolve(
    _ source: UnsafePointer<Float>, plane: Int, into target: UnsafeMutablePointer<Float>,
    residual: UnsafePointer<Float>?, _ scratch: WorkerScratch
  ) -> Region {
    let blocks = conv.groups * weights.blocksPerGroup
    return Region("convolve", tiles: blocks * rowChunks.parts) { tile, worker in
      let block = blocksOutside ? tile / rowChunks.parts : tile % blocks
      let chunk = blocksOutside ? tile % rowChunks.parts : tile / blocks
      self.rows(
        rowChunks[chunk], group: block / weights.blocksPerGroup, block: block % weights.blocksPerGroup,
        source,
        plane: plane, into: target, residual: residual, scratch[worker])
    }
  }

  private func rows(
    _ rows: Range<Int>, group: Int, block: Int, _ source: UnsafePointer<Float>, plane: Int,
    into target: UnsafeMutablePointer<Float>, residual: UnsafePointer<Float>?,
    _ scratch: UnsafeMutablePointer<Float>
  ) {
    let channels = input.c / conv.groups
    let first = (group * weights.outputsPerGroup + block * weights.block) * output.plane
    let segments = Partition(count: output.w, parts: ceilDivide(output.w, micro.pixelTile))
    var tile = ConvTile(
      input: source, taps: taps.pointer, weights: weights.weights(group, block),
      bias: weights.bias(group, block),
      output: target, scratch: scratch)
    tile.channels = channels
    tile.channelStride = plane
    tile.tapCount = taps.count
    tile.outputChannelStride = output.plane
    tile.outputs = weights.width(block)
    tile.epilogue.relu = fusion.relu || conv.activation == .relu
    for y in rows {
      for part in 0..<segments.parts {
        let pixels = segments[part]
        let at = first + y * output.w + pixels.lowerBound
        tile.input = source + (group * channels * plane + canvas.row(y) + pixels.lowerBound)
        tile.pixels = pixels.count
        tile.output = target + at
        if let residual { tile.epilogue.residual = residual + at }
        // A plane of one pixel has channels as neighbours: both strides are one then, and either store is right.
        micro.convTile(&tile)
      }
    }
  }
}
