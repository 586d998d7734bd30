import Kernels
import MicroKernelAPI
import Operators
import Tensors

/// 1×1 convolution with stride 1, vectorised over pixels: a matrix product that reads and writes NCHW as it is.
struct PointwiseConvolution: Kernel {
  let name = "tiled/pointwise"

  func support(_ op: any Operator, _ inputs: [Shape], isa: ISA) -> Support {
    guard let conv = op as? Conv2D, conv.kernel == Pair(1), conv.stride == Pair(1), conv.padding == Pair(0)
    else {
      return .no("computes 1×1 convolutions with stride 1 and without padding only")
    }
    // Vectors that the last pixels of a plane leave half empty: with few pixels channels make better vectors.
    let lanes = isa.microKernels.lanes
    let filled = Double(inputs[0].plane) / Double(ceilDivide(inputs[0].plane, lanes) * lanes)
    return .yes(Abilities(epilogues: Kernels.Epilogue.ofConvolutions, preference: filled > 0.85 ? 3 : 1))
  }

  func prepare(_ task: Task) throws -> any Prepared { try PreparedPointwise(task) }
}

private struct PreparedPointwise: Prepared {
  let conv: Conv2D
  let input: Shape
  let output: Shape
  let fusion: Fusion
  let micro: MicroKernels
  let weights: PackedWeights
  /// First pixel of each tile; the last one may be a copy of the plane's last pixels in the workspace.
  let starts: [Int]
  let blockChunks: Partition
  let blocksOutside: Bool

  init(_ task: Task) throws {
    guard let conv = task.op as? Conv2D else { preconditionFailure("\(task.op.text) is not a convolution") }
    self.conv = conv
    input = task.inputs[0]
    output = try conv.output(task.inputs)
    fusion = task.fusion
    micro = task.isa.microKernels
    let perGroup = conv.outputChannels / conv.groups
    // Blocks of equal width: 64 channels are 5 × 13 and not 4 × 14 + 8.
    weights = PackedWeights(conv, task, block: ceilDivide(perGroup, ceilDivide(perGroup, micro.pointBlock)))
    let whole = input.plane / micro.lanes * micro.lanes
    starts = Array(stride(from: 0, to: whole, by: 2 * micro.lanes)) + (whole < input.plane ? [whole] : [])
    let blocks = conv.groups * weights.blocksPerGroup
    blocksOutside = weights.bytes > input.c * input.plane * 4
    let chunks = blocksOutside ? desiredTiles : ceilDivide(desiredTiles, starts.count)
    blockChunks = Partition(count: blocks, parts: min(blocks, chunks))
  }

  private var tail: Int { input.plane % micro.lanes }

  func workspace(threads: Int) -> Int {
    tail == 0 ? 0 : WorkerScratch.count(micro, threads: threads) + input.c * micro.lanes
  }

  func bind(_ memory: Arguments, threads: Int) -> [Region] {
    let scratch = WorkerScratch(memory.workspace, micro, threads: threads)
    return (0..<input.n).flatMap { n -> [Region] in
      let image = memory.inputs[0] + n * input.c * input.plane
      let result = memory.outputs[0] + n * output.c * output.plane
      let residual = fusion.residual ? memory.inputs[1] + n * output.c * output.plane : nil
      let multiply = Region("multiply", tiles: starts.count * blockChunks.parts) { tile, worker in
        let chunk = blocksOutside ? tile / starts.count : tile % blockChunks.parts
        let start = starts[blocksOutside ? tile % starts.count : tile / blockChunks.parts]
        self.multiply(
          image, tail: scratch.rest, start, blockChunks[chunk], into: result, residual: residual,
          scratch[worker])
      }
      return tail == 0 ? [multiply] : [copyTail(image, scratch.rest), multiply]
    }
  }

  /// The pixels behind the last whole vector, zero-padded to one.
  private func copyTail(_ image: UnsafePointer<Float>, _ workspace: UnsafeMutablePointer<Float>) -> Region {
    let (lanes, count) = (micro.lanes, tail)
    return Region("tail", tiles: ceilDivide(input.c, 64)) { tile, _ in
      for c in tile * 64..<min(input.c, (tile + 1) * 64) {
        let row = workspace + c * lanes
        row.update(repeating: 0, count: lanes)
        row.update(from: image + (c * input.plane + input.plane - count), count: count)
      }
    }
  }

  private func multiply(
    _ image: UnsafePointer<Float>, tail copy: UnsafePointer<Float>, _ start: Int, _ blocks: Range<Int>,
    into target: UnsafeMutablePointer<Float>, residual: UnsafePointer<Float>?,
    _ scratch: UnsafeMutablePointer<Float>
  ) {
    let channels = input.c / conv.groups
    let isTail = start + micro.lanes > input.plane
    let (source, stride) = isTail ? (copy, micro.lanes) : (image + start, input.plane)
    var tile = PointTile(input: source, weights: source, bias: source, output: target, scratch: scratch)
    tile.channels = channels
    tile.channelStride = stride
    tile.pixels = isTail ? self.tail : start + 2 * micro.lanes <= input.plane ? 2 * micro.lanes : micro.lanes
    tile.outputChannelStride = output.plane
    tile.block = weights.block
    tile.epilogue.relu = fusion.relu || conv.activation == .relu
    for index in blocks {
      let (group, block) = (index / weights.blocksPerGroup, index % weights.blocksPerGroup)
      let at = (group * weights.outputsPerGroup + block * weights.block) * output.plane + start
      tile.input = source + group * channels * stride
      tile.weights = weights.weights(group, block)
      tile.bias = weights.bias(group, block)
      tile.outputs = weights.width(block)
      tile.output = target + at
      if !isTail { tile.ahead = lookahead(from: source, during: index - blocks.lowerBound, of: blocks.count) }
      if let residual { tile.epilogue.residual = residual + at }
      micro.pointTile(&tile)
    }
  }

  /// The share of the next pixels that one of several blocks fetches.
  private func lookahead(
    from source: UnsafePointer<Float>, during block: Int, of blocks: Int
  ) -> Lookahead {
    let channels = input.c / conv.groups
    let vectors = 2 * channels * Lookahead.scale
    var ahead = Lookahead(source + 2 * micro.lanes)
    ahead.first = vectors * block / blocks
    ahead.step = vectors / blocks / channels
    return ahead
  }
}
