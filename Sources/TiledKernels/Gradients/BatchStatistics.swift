import Kernels
import MicroKernelAPI
import Operators
import Tensors

/// Batch norm in training. Mean, mean square of what is left, and result of a channel follow each other while it is near. Channels
/// too long for that are cut into parts: each has a mean and a sum of squares around it, and of those the channel's are made.
struct BatchStatistics: Kernel {
  let name = "tiled/batchnorm-training"

  func support(_ op: any Operator, _ inputs: [TensorType], isa: ISA) -> Support {
    guard op is BatchNormTraining else { return .no("computes batch norm in training only") }
    return .yes(Form(cycles: Cycles.sweeps(3 * inputs[0].count)))
  }

  func prepare(_ task: KernelTask) throws -> any Prepared {
    guard let op = task.op as? BatchNormTraining else {
      preconditionFailure("\(task.op.text) is no batch norm in training")
    }
    return PreparedStatistics(
      blocks: ChannelBlocks(task.inputs[0].shape), epsilon: Float(op.epsilon),
      gamma: try task.weights["weight"], beta: try task.weights["bias"], micro: task.micro)
  }
}

private struct PreparedStatistics: Prepared {
  let blocks: ChannelBlocks
  let epsilon: Float
  let gamma: Tensor<Float>
  let beta: Tensor<Float>
  let micro: MicroKernels

  var packed: [PackedMemory] { [gamma.unpacked, beta.unpacked] }

  /// Factor and addend of each channel; mean and squares of each part.
  func workspace(threads: Int) -> Int {
    2 * blocks.channels + (blocks.parts == 1 ? 0 : 2 * blocks.channels * blocks.parts)
  }

  func bind(_ memory: CallMemory, threads: Int) -> [Region] {
    let norm = BoundStatistics(self, memory)
    let parts = blocks.parts
    if parts == 1 {
      return [
        Region("normalise channels", tiles: blocks.groups) { norm.channels($0) }.computing("")
      ]
    }
    let tiles = blocks.channels * parts
    return [
      Region("statistics", tiles: tiles) { norm.part($0 / parts, $0 % parts) }.computing(""),
      Region("combine", tiles: blocks.channels) { norm.combine($0) },
      Region("normalise", tiles: tiles) { norm.apply($0 / parts..<$0 / parts + 1, part: $0 % parts) },
    ]
  }
}

/// The memory of one call.
private struct BoundStatistics {
  private let blocks: ChannelBlocks
  private let (epsilon, micro): (Float, MicroKernels)
  private let (gamma, beta): (UnsafePointer<Float>, UnsafePointer<Float>)
  private let (input, output): (UnsafePointer<Float>, UnsafeMutablePointer<Float>)
  private let (means, variances): (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>)
  private let (factors, addends): (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>)
  /// Of the parts, channel by channel.
  private let (partMeans, partSquares): (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>)

  init(_ prepared: PreparedStatistics, _ memory: CallMemory) {
    (blocks, epsilon, micro) = (prepared.blocks, prepared.epsilon, prepared.micro)
    (gamma, beta) = (UnsafePointer(prepared.gamma.pointer), UnsafePointer(prepared.beta.pointer))
    (input, output) = (memory.inputs[0], memory.outputs[0])
    (means, variances) = (memory.outputs[1], memory.outputs[2])
    (factors, addends) = (memory.workspace, memory.workspace + blocks.channels)
    partMeans = addends + blocks.channels
    partSquares = partMeans + (blocks.parts == 1 ? 0 : blocks.channels * blocks.parts)
  }

  /// Whole channels.
  func channels(_ tile: Int) {
    let range = blocks.group(tile)
    let (means, variances) = (means + range.lowerBound, variances + range.lowerBound)
    describe(range, part: 0, means, variances)
    for c in range { finish(c, squares: self.variances[c]) }
    apply(range, part: 0)
  }

  /// A part of a channel.
  func part(_ channel: Int, _ part: Int) {
    let at = channel * blocks.parts + part
    describe(channel..<channel + 1, part: part, partMeans + at, partSquares + at)
  }

  /// Means, and sums of the squares around them.
  private func describe(
    _ channels: Range<Int>, part: Int, _ means: UnsafeMutablePointer<Float>,
    _ squares: UnsafeMutablePointer<Float>
  ) {
    var work = blocks.sums(.values, input, channels: channels, part: part, into: means)
    micro.run(&work)
    let count = Float(blocks.count(part))
    for c in 0..<channels.count { means[c] /= count }
    (work.operation, work.centers, work.sums) = (.squares, UnsafePointer(means), squares)
    micro.run(&work)
  }

  /// Of the parts' means that of the channel, weighted; squares around them are squares around that and what lies between.
  /// - Source: Chan, Golub & LeVeque 1983, "Algorithms for computing the sample variance", equation 2.1.
  func combine(_ channel: Int) {
    let (parts, first) = (blocks.parts, channel * blocks.parts)
    let sum = (0..<parts).reduce(Float(0)) { $0 + Float(blocks.count($1)) * partMeans[first + $1] }
    let mean = sum / Float(blocks.elements)
    means[channel] = mean
    let squares = (0..<parts).reduce(Float(0)) { sum, part in
      let apart = partMeans[first + part] - mean
      return sum + (partSquares[first + part] + Float(blocks.count(part)) * apart * apart)
    }
    finish(channel, squares: squares)
  }

  /// Variance, factor and addend of a channel whose mean is known.
  private func finish(_ channel: Int, squares: Float) {
    let variance = squares / Float(blocks.elements)
    let factor = gamma[channel] / (variance + epsilon).squareRoot()
    variances[channel] = variance
    (factors[channel], addends[channel]) = (factor, beta[channel] - means[channel] * factor)
  }

  /// The result of a part of some channels.
  func apply(_ channels: Range<Int>, part: Int) {
    let (images, pixels) = blocks.part(part)
    for n in images {
      let first = (n * blocks.channels + channels.lowerBound) * blocks.plane + pixels.lowerBound
      var work = AffinePlanes(
        input: input + first, output: output + first, scales: factors + channels.lowerBound,
        shifts: addends + channels.lowerBound)
      (work.planes, work.count) = (channels.count, pixels.count)
      micro.run(&work)
    }
  }
}
