import Kernels
import MicroKernelAPI
import Operators
import Tensors

/// Convolution vectorised over the pixels of a row: depthwise, groups of few channels, few output channels.
struct RowConvolution: Kernel {
  let name = "tiled/rows"

  func support(_ op: any Operator, _ inputs: [Shape], isa: ISA) -> Support {
    guard op is Conv2D else { return .no("computes convolutions only") }
    return .yes(Abilities(epilogues: Kernels.Epilogue.ofConvolutions, preference: 1))
  }

  func prepare(_ task: Task) throws -> any Prepared { try PreparedRows(task) }
}

private struct PreparedRows: Prepared {
  let conv: Conv2D
  let input: Shape
  let output: Shape
  let fusion: Fusion
  let micro: MicroKernels
  let canvas: Canvas
  let weights: PackedWeights
  let taps: Constants<Int>
  let rowChunks: Partition

  init(_ task: Task) throws {
    guard let conv = task.op as? Conv2D else { preconditionFailure("\(task.op.text) is not a convolution") }
    self.conv = conv
    input = task.inputs[0]
    output = try conv.output(task.inputs)
    fusion = task.fusion
    micro = task.isa.microKernels
    // The last step of a row reads up to four vectors.
    canvas = Canvas(conv, input: input, output: output, slack: 4 * micro.lanes)
    let perGroup = conv.outputChannels / conv.groups
    weights = PackedWeights(conv, task, block: perGroup >= 4 ? 4 : perGroup >= 2 ? 2 : 1)
    taps = Constants(canvas.taps)
    let blocks = conv.groups * weights.blocksPerGroup
    rowChunks = Partition(count: output.h, parts: min(output.h, max(1, ceilDivide(desiredTiles, blocks))))
  }

  private var channels: Int { input.c / conv.groups }

  /// With many groups each tile draws its own group, into memory that stays in the worker's nearest cache.
  private var drawsInTile: Bool { conv.groups >= desiredTiles }

  func workspace(threads: Int) -> Int {
    WorkerScratch.count(micro, threads: threads) + canvas.plane * (drawsInTile ? threads * channels : input.c)
  }

  func bind(_ memory: Arguments, threads: Int) -> [Region] {
    let scratch = WorkerScratch(memory.workspace, micro, threads: threads)
    return (0..<input.n).flatMap { n -> [Region] in
      let image = memory.inputs[0] + n * input.c * input.plane
      let result = memory.outputs[0] + n * output.c * output.plane
      let residual = fusion.residual ? memory.inputs[1] + n * output.c * output.plane : nil
      if drawsInTile {
        let groups = Region("groups", tiles: conv.groups) { group, worker in
          let canvases = scratch.rest + worker * channels * canvas.plane
          for c in 0..<channels {
            canvas.draw(
              image + (group * channels + c) * input.plane, into: canvases + c * canvas.plane, micro)
          }
          for block in 0..<weights.blocksPerGroup {
            rows(
              0..<output.h, group: group, block: block, canvases, into: result, residual: residual,
              scratch[worker])
          }
        }
        return [groups]
      }
      let draw = Region("pad", tiles: input.c) { c, _ in
        canvas.draw(image + c * input.plane, into: scratch.rest + c * canvas.plane, micro)
      }
      let blocks = conv.groups * weights.blocksPerGroup
      let convolve = Region("convolve", tiles: blocks * rowChunks.parts) { tile, worker in
        let (block, chunk) = (tile % blocks, tile / blocks)
        let group = block / weights.blocksPerGroup
        rows(
          rowChunks[chunk], group: group, block: block % weights.blocksPerGroup,
          scratch.rest + group * channels * canvas.plane, into: result, residual: residual, scratch[worker])
      }
      return [draw, convolve]
    }
  }

  private func rows(
    _ rows: Range<Int>, group: Int, block: Int, _ source: UnsafePointer<Float>,
    into target: UnsafeMutablePointer<Float>, residual: UnsafePointer<Float>?,
    _ scratch: UnsafeMutablePointer<Float>
  ) {
    let first = (group * weights.outputsPerGroup + block * weights.block) * output.plane
    let width = weights.width(block)
    var row = ConvRow(
      input: source, taps: taps.pointer, weights: weights.weights(group, block),
      bias: weights.bias(group, block),
      output: target, scratch: scratch)
    row.channels = channels
    row.channelStride = canvas.plane
    row.tapCount = taps.count
    row.outputChannelStride = output.plane
    row.block = weights.block
    row.outputs = width
    row.width = output.w
    row.epilogue.relu = fusion.relu || conv.activation == .relu
    for y in rows {
      let at = first + y * output.w
      row.input = source + canvas.row(y)
      row.output = target + at
      if let residual { row.epilogue.residual = residual + at }
      micro.convRow(&row)
    }
  }
}
